//! The rules of the shop, and which hold now.

use crate::staff::rules::{Capability, Catalogue, Rule, Seen, Standing};

pub(crate) const TITLE: &str = "The rules of this shop";
pub(crate) const LEAD: &str = "The shop is made of parts that fail apart. These are its promises, and how each fares at \
                        this moment, as seen from this storefront.";
pub(crate) const RULES: &str = "Six rules";
pub(crate) const CAPABILITIES: &str = "What a shopper can do now";
pub(crate) const PARTS: &str = "Parts";
pub(crate) const CATALOGUE: &str = "Catalogue";
pub(crate) const TRY: &str =
    "Stop a part from a second terminal and watch this page: it tells within a few seconds.";
pub(crate) const SINCE_NOTE: &str = "Times count from when this storefront was started; another replica may have seen \
                              a change a moment earlier or later.";

pub(crate) fn part(name: &str) -> &'static str {
    match name {
        "user" => "User service",
        "product" => "Product service",
        "order" => "Order service",
        _ => "Storefront",
    }
}

pub(crate) fn part_does(name: &str) -> &'static str {
    match name {
        "user" => "accounts, sessions",
        "product" => "catalogue, stock, pictures",
        "order" => "baskets, orders",
        _ => "these pages",
    }
}

pub(crate) fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Up => super::word::UP,
        Seen::Down => super::word::DOWN,
        Seen::Unknown => super::word::UNKNOWN,
    }
}

pub(crate) fn can(seen: Seen) -> &'static str {
    match seen {
        Seen::Up => "Possible",
        Seen::Down => "Resting",
        Seen::Unknown => "Not known yet",
    }
}

pub(crate) fn capability(capability: Capability) -> &'static str {
    match capability {
        Capability::Browse => "Browse",
        Capability::Register => "Register",
        Capability::LogIn => "Log in",
        Capability::Order => "Order",
    }
}

/// Why a capability is as it is.
pub(crate) fn why(capability: Capability, seen: Seen, catalogue: Catalogue) -> &'static str {
    match (capability, seen) {
        (_, Seen::Unknown) => "The service was not heard from yet.",
        (Capability::Browse, _) => self::catalogue(catalogue),
        (Capability::Register, Seen::Up) => "The user service takes new accounts.",
        (Capability::Register, Seen::Down) => {
            "The user service does not answer. The form says so and keeps what was typed."
        }
        (Capability::LogIn, Seen::Up) => "The user service takes logins.",
        (Capability::LogIn, Seen::Down) => {
            "The user service does not answer. Who is logged in stays so while their key is valid."
        }
        (Capability::Order, Seen::Up) => {
            "The order service takes orders; stock is reserved as soon as it can be."
        }
        (Capability::Order, Seen::Down) => {
            "The order service does not answer. Baskets are kept and filled meanwhile."
        }
    }
}

pub(crate) fn catalogue(catalogue: Catalogue) -> &'static str {
    match catalogue {
        Catalogue::Live => "Products come straight from the product service.",
        Catalogue::Copy => "Products are shown from the last known catalogue, with its age.",
        Catalogue::Never => "No catalogue was seen yet. The pages say so calmly.",
    }
}

pub(crate) fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::RegisterWithoutProducts => "If the product service is down, people still register.",
        Rule::BrowseWithoutOrders => "If the order service is down, all products are still shown.",
        Rule::LogInWithoutOthers => "If the order or the product service is down, people still log in.",
        Rule::AlwaysShown => "The storefront is shown, whatever is down.",
        Rule::Apart => "Each service has its own data and needs no other service to do its work.",
        Rule::NothingLost => {
            "Only those who are logged in order, and nothing acknowledged is ever lost, sold twice or shown \
             to the wrong person."
        }
    }
}

pub(crate) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "Holds",
        Standing::Proven => "Holds, right now",
        Standing::Resting => "Cannot show itself",
        Standing::Unknown => "Not known yet",
    }
}

/// Why a rule fares as it does.
pub(crate) fn explained(rule: Rule, standing: Standing) -> &'static str {
    match (rule, standing) {
        (_, Standing::Unknown) => "The services were not heard from yet.",
        (Rule::RegisterWithoutProducts, Standing::Holds) => "The product service is up, so nothing tests it.",
        (Rule::RegisterWithoutProducts, Standing::Proven) => {
            "The product service is down, and people register all the same."
        }
        (Rule::RegisterWithoutProducts, Standing::Resting) => {
            "The user service itself is down, of which this rule does not speak: registering rests."
        }
        (Rule::BrowseWithoutOrders, Standing::Holds) => "The order service is up, so nothing tests it.",
        (Rule::BrowseWithoutOrders, Standing::Proven) => {
            "The order service is down, and all products are shown."
        }
        (Rule::BrowseWithoutOrders, Standing::Resting) => {
            "The product service is down too, and no catalogue was seen before."
        }
        (Rule::LogInWithoutOthers, Standing::Holds) => "Both are up, so nothing tests it.",
        (Rule::LogInWithoutOthers, Standing::Proven) => {
            "A service is down that has no part in it, and people log in."
        }
        (Rule::LogInWithoutOthers, Standing::Resting) => {
            "The user service itself is down, of which this rule does not speak: logging in rests."
        }
        (Rule::AlwaysShown, Standing::Proven) => "A service is down, and you read this page.",
        (Rule::AlwaysShown, _) => "All services are up, and you read this page.",
        (Rule::Apart, Standing::Proven) => "A service is down, and the others answer.",
        (Rule::Apart, Standing::Resting) => {
            "All services are down at once, so none can show that it stands alone."
        }
        (Rule::Apart, _) => "All services are up; none asks another one to answer you.",
        (Rule::NothingLost, _) => {
            "So by construction, whatever is down: every change is on disk before it is acknowledged."
        }
    }
}

pub(crate) fn since(time: &str) -> String {
    format!("since {time}")
}

pub(crate) fn copy_age(age: &str) -> String {
    format!("The copy was last known to be current {age}.")
}

pub(crate) fn copy_size(products: usize) -> String {
    format!("{} in the copy", super::count(products, "product", "products"))
}
