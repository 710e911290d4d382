//! Which of the shop's rules hold now, and what a shopper can do now: judged from what this process sees of
//! the three services. No effects.

/// What this process sees of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Up,
    Down,
    /// Nothing has been heard yet.
    Unknown,
}

/// What the catalogue's pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Catalogue {
    /// What the product service says.
    Live,
    /// The last known one.
    Copy,
    /// Nothing: no catalogue was ever seen.
    Never,
}

/// The shop at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Situation {
    pub(crate) user: Seen,
    pub(crate) product: Seen,
    pub(crate) order: Seen,
    /// Whether a copy of the catalogue is at hand.
    pub(crate) has_copy: bool,
}

/// What a shopper may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capability {
    Browse,
    Register,
    LogIn,
    Order,
}

impl Capability {
    pub(crate) const ALL: [Self; 4] = [Self::Browse, Self::Register, Self::LogIn, Self::Order];
}

/// A rule of the shop, in the order in which the README tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// With the product service down, people still register.
    RegisterWithoutProducts,
    /// With the order service down, all products are still shown.
    BrowseWithoutOrders,
    /// With the order or the product service down, people still log in.
    LogInWithoutOthers,
    /// The storefront is shown, whatever is down.
    AlwaysShown,
    /// Each service needs nothing but its own database.
    Apart,
    /// Only those who are logged in order, and nothing that was acknowledged is lost.
    NothingLost,
}

impl Rule {
    pub(crate) const ALL: [Self; 6] = [
        Self::RegisterWithoutProducts,
        Self::BrowseWithoutOrders,
        Self::LogInWithoutOthers,
        Self::AlwaysShown,
        Self::Apart,
        Self::NothingLost,
    ];

    /// Its number, from 1.
    pub(crate) fn number(self) -> usize {
        Self::ALL.iter().position(|rule| *rule == self).unwrap_or_default() + 1
    }
}

/// How a rule fares now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds, and nothing puts it to the test.
    Holds,
    /// What it speaks of is down, and it holds.
    Proven,
    /// It cannot show itself: what it promises rests for a reason it does not speak of.
    Resting,
    /// It cannot be judged yet.
    Unknown,
}

impl Situation {
    /// What the catalogue's pages show now.
    pub(crate) fn catalogue(&self) -> Catalogue {
        match (self.product, self.has_copy) {
            (Seen::Up, _) => Catalogue::Live,
            (_, true) => Catalogue::Copy,
            (_, false) => Catalogue::Never,
        }
    }

    /// Whether a shopper can do that now.
    pub(crate) fn can(&self, capability: Capability) -> Seen {
        match capability {
            Capability::Browse if self.catalogue() != Catalogue::Never => Seen::Up,
            Capability::Browse => self.product,
            Capability::Register | Capability::LogIn => self.user,
            Capability::Order => self.order,
        }
    }

    /// How a rule fares now.
    pub(crate) fn standing(&self, rule: Rule) -> Standing {
        let is_down = |seen: Seen| seen == Seen::Down;
        let any_is_down = [self.user, self.product, self.order].into_iter().any(is_down);
        let (is_tested, promise) = match rule {
            Rule::RegisterWithoutProducts => (is_down(self.product), self.can(Capability::Register)),
            Rule::BrowseWithoutOrders => (is_down(self.order), self.can(Capability::Browse)),
            Rule::LogInWithoutOthers => {
                (is_down(self.order) || is_down(self.product), self.can(Capability::LogIn))
            }
            Rule::AlwaysShown => (any_is_down, Seen::Up),
            Rule::Apart => (any_is_down, self.any_is_up()),
            Rule::NothingLost => (false, Seen::Up),
        };
        match (promise, is_tested) {
            (Seen::Up, true) => Standing::Proven,
            (Seen::Up, false) => Standing::Holds,
            (Seen::Down, _) => Standing::Resting,
            (Seen::Unknown, _) => Standing::Unknown,
        }
    }

    fn any_is_up(&self) -> Seen {
        let seen = [self.user, self.product, self.order];
        [Seen::Up, Seen::Unknown].into_iter().find(|wanted| seen.contains(wanted)).unwrap_or(Seen::Down)
    }
}

#[cfg(test)]
mod tests {
    use super::{Capability, Catalogue, Rule, Seen, Situation, Standing};
    use Seen::{Down, Unknown, Up};
    use Standing::{Holds, Proven, Resting};

    fn situation(user: Seen, product: Seen, order: Seen) -> Situation {
        Situation { user, product, order, has_copy: true }
    }

    #[test]
    fn every_combination_of_outages_is_judged() {
        for (user, product, order, expected) in [
            (Up, Up, Up, [Holds, Holds, Holds, Holds, Holds, Holds]),
            (Up, Down, Up, [Proven, Holds, Proven, Proven, Proven, Holds]),
            (Up, Up, Down, [Holds, Proven, Proven, Proven, Proven, Holds]),
            (Up, Down, Down, [Proven, Proven, Proven, Proven, Proven, Holds]),
            (Down, Up, Up, [Resting, Holds, Resting, Proven, Proven, Holds]),
            (Down, Down, Up, [Resting, Holds, Resting, Proven, Proven, Holds]),
            (Down, Up, Down, [Resting, Proven, Resting, Proven, Proven, Holds]),
            (Down, Down, Down, [Resting, Proven, Resting, Proven, Resting, Holds]),
        ] {
            let standings = Rule::ALL.map(|rule| situation(user, product, order).standing(rule));
            assert_eq!(standings, expected, "user {user:?}, product {product:?}, order {order:?}");
        }
    }

    #[test]
    fn browsing_lives_on_the_copy_and_only_without_one_on_the_product_service() {
        let down = situation(Up, Down, Up);
        assert_eq!((down.catalogue(), down.can(Capability::Browse)), (Catalogue::Copy, Up));
        let bare = Situation { has_copy: false, ..down };
        assert_eq!((bare.catalogue(), bare.can(Capability::Browse)), (Catalogue::Never, Down));
        assert_eq!(bare.standing(Rule::BrowseWithoutOrders), Resting);
    }

    #[test]
    fn what_was_not_heard_of_is_not_judged() {
        let early = Situation { has_copy: false, ..situation(Unknown, Unknown, Unknown) };
        assert_eq!(early.standing(Rule::RegisterWithoutProducts), Standing::Unknown);
        assert_eq!(early.standing(Rule::AlwaysShown), Holds);
        assert_eq!(Capability::ALL.map(|capability| early.can(capability)), [Unknown; 4]);
    }

    #[test]
    fn rules_are_numbered_as_the_readme_tells_them() {
        assert_eq!(Rule::ALL.map(Rule::number), [1, 2, 3, 4, 5, 6]);
    }
}
