//! `/staff/rules`: which rules of the shop hold now, and why.

use askama::Template;
use contract::Timestamp;

use super::Section;
use crate::format::Format;
use crate::staff::{
    history::{Past, Since},
    rules::{Capability, Rule, Seen, Situation, Standing},
};
use crate::texts::staff as text;
use crate::views::Page;

/// `/staff/rules`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/rules.html")]
pub(crate) struct RulesPage {
    pub(crate) page: Page,
    pub(crate) survey: Survey,
}

/// How the shop fares, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Survey {
    pub(crate) rules: Vec<RuleRow>,
    pub(crate) capabilities: Vec<CapabilityRow>,
    pub(crate) parts: Vec<PartRow>,
    /// What the catalogue's pages show, as a sentence.
    pub(crate) catalogue: &'static str,
    /// How old the copy is and how much it holds, as sentences; absent if there is none.
    pub(crate) copy: Option<(String, String)>,
}

/// A rule and how it fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleRow {
    pub(crate) number: usize,
    pub(crate) rule: &'static str,
    /// The standing as a mark: `holds`, `proven`, `resting`, `unknown`.
    pub(crate) mark: &'static str,
    pub(crate) standing: &'static str,
    pub(crate) why: &'static str,
}

/// Something that a shopper may want to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CapabilityRow {
    pub(crate) name: &'static str,
    /// As a mark: `up`, `down`, `unknown`.
    pub(crate) mark: &'static str,
    pub(crate) can: &'static str,
    pub(crate) why: &'static str,
    pub(crate) since: String,
}

/// A part of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartRow {
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    /// As a mark: `up`, `down`, `unknown`.
    pub(crate) mark: &'static str,
    pub(crate) state: &'static str,
    pub(crate) since: String,
}

/// Rows with a badge.
macro_rules! badges {
    ($($row:ident)*) => {$(
        impl $row {
            /// The class of its badge.
            pub(crate) fn badge(&self) -> &'static str {
                super::badge(self.mark)
            }
        }
    )*};
}

badges! { RuleRow CapabilityRow PartRow }

impl Survey {
    /// `copy_age` is said as "12 seconds ago"; absent if no catalogue was ever seen.
    pub(crate) fn new(
        situation: &Situation,
        past: &Past,
        copy: Option<(String, usize)>,
        format: &Format,
    ) -> Self {
        let since =
            |since: Since| text::rules::since(&format.date_time(Timestamp::from_unix_ms(since.unix_ms)));
        let catalogue = situation.catalogue();
        let rule = |rule: Rule| {
            let standing = situation.standing(rule);
            RuleRow {
                number: rule.number(),
                rule: text::rules::rule(rule),
                mark: standing_mark(standing),
                standing: text::rules::standing(standing),
                why: text::rules::explained(rule, standing),
            }
        };
        let capability = |capability: Capability| {
            let seen = situation.can(capability);
            CapabilityRow {
                name: text::rules::capability(capability),
                mark: seen_mark(seen),
                can: text::rules::can(seen),
                why: text::rules::why(capability, seen, catalogue),
                since: since(past.of(capability)),
            }
        };
        let part = |(name, at): (&str, Since)| PartRow {
            name: text::rules::part(name),
            does: text::rules::part_does(name),
            mark: seen_mark(at.seen),
            state: text::rules::seen(at.seen),
            since: since(at),
        };
        Self {
            rules: Rule::ALL.map(rule).into(),
            capabilities: Capability::ALL.map(capability).into(),
            parts: [("user", past.user), ("product", past.product), ("order", past.order)].map(part).into(),
            catalogue: text::rules::catalogue(catalogue),
            copy: copy.map(|(age, size)| (text::rules::copy_age(&age), text::rules::copy_size(size))),
        }
    }

    /// How many rules hold now.
    pub(crate) fn holding(&self) -> usize {
        self.rules.iter().filter(|row| matches!(row.mark, "holds" | "proven")).count()
    }
}

fn standing_mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::Proven => "proven",
        Standing::Resting => "resting",
        Standing::Unknown => "unknown",
    }
}

fn seen_mark(seen: Seen) -> &'static str {
    match seen {
        Seen::Up => "up",
        Seen::Down => "down",
        Seen::Unknown => "unknown",
    }
}
