//! The three services that are put to the test.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    User,
    Product,
    Order,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::User, Self::Product, Self::Order];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
        }
    }
}
