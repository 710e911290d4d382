//! What a shop consists of: four parts, and a PostgreSQL for each service where the operator runs it.

use shop::{ExternalDatabase, Part as Size, Parts};

/// One of the four parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    User,
    Product,
    Order,
    Storefront,
}

/// Something that runs: a part, or the database server of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    Postgres(Part),
    Part(Part),
}

impl Part {
    /// In the order in which they change: who is asked before who asks.
    pub const ALL: [Self; 4] = [Self::User, Self::Product, Self::Order, Self::Storefront];

    /// Those with a database of their own.
    pub const SERVICES: [Self; 3] = [Self::User, Self::Product, Self::Order];

    /// As in the names of images, objects and columns.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
            Self::Storefront => "storefront",
        }
    }

    /// What the Shop says of it.
    pub fn size(self, parts: &Parts) -> Option<&Size> {
        match self {
            Self::User => parts.user.as_ref(),
            Self::Product => parts.product.as_ref(),
            Self::Order => parts.order.as_ref(),
            Self::Storefront => parts.storefront.as_ref(),
        }
    }

    /// Whether it keeps data of its own.
    pub fn is_service(self) -> bool {
        self != Self::Storefront
    }
}

/// The Secret of each service's connection to somebody else's database.
pub fn connections(external: &ExternalDatabase) -> [(Part, &str); 3] {
    [(Part::User, &external.user), (Part::Product, &external.product), (Part::Order, &external.order)]
        .map(|(service, connection)| (service, connection.secret_ref.name.as_str()))
}

impl Component {
    /// As the label `app.kubernetes.io/component` has it, as in `user` or `user-postgres`.
    pub fn name(self) -> String {
        match self {
            Self::Part(part) => part.name().to_owned(),
            Self::Postgres(service) => format!("{}-postgres", service.name()),
        }
    }
}
