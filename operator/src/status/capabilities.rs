//! What a shopper can do now, by the readiness of the parts (the rules that a shop lives by).

use shop::PartStatus;

use super::conditions::Verdict;
use super::parts::is_up;
use crate::component::Part;

pub(super) fn browse(parts: &[PartStatus]) -> Verdict {
    match (is_up(parts, Part::Storefront), is_up(parts, Part::Product)) {
        (false, _) => storefront_down("Browse"),
        (true, true) => Verdict::yes("Browse", "CatalogueLive", "Shoppers see the products as they are."),
        (true, false) => Verdict::yes(
            "Browse",
            "LastKnownCatalogue",
            format!(
                "Shoppers see the products as they last were, with their age. {}",
                next_step(Part::Product)
            ),
        ),
    }
}

pub(super) fn register(parts: &[PartStatus]) -> Verdict {
    needs(parts, "Register", Part::User, "UserDown", "make an account")
}

pub(super) fn log_in(parts: &[PartStatus]) -> Verdict {
    needs(
        parts,
        "LogIn",
        Part::User,
        "UserDown",
        "log in; who is logged in stays so while the token is valid",
    )
}

pub(super) fn order(parts: &[PartStatus]) -> Verdict {
    let verdict = needs(parts, "Order", Part::Order, "OrderDown", "order; baskets are kept");
    if verdict.holds && !is_up(parts, Part::Product) {
        let message =
            "Shoppers can order; orders are confirmed once the product service answers about its stock.";
        return Verdict::yes("Order", "ConfirmedLater", format!("{message} {}", next_step(Part::Product)));
    }
    verdict
}

fn needs(
    parts: &[PartStatus],
    about: &'static str,
    service: Part,
    reason: &'static str,
    what: &str,
) -> Verdict {
    if !is_up(parts, Part::Storefront) {
        return storefront_down(about);
    }
    if !is_up(parts, service) {
        return Verdict::no(about, reason, format!("Shoppers cannot {what}. {}", next_step(service)));
    }
    let can = what.split(';').next().unwrap_or(what);
    Verdict::yes(about, "Available", format!("Shoppers can {can}."))
}

fn storefront_down(about: &'static str) -> Verdict {
    let message = format!("No storefront is ready, so there are no pages. {}", next_step(Part::Storefront));
    Verdict::no(about, "StorefrontDown", message)
}

fn next_step(part: Part) -> String {
    let name = part.name();
    format!(
        "No Pod of the {name} part is ready: see status.parts, the condition Stalled, and \
         `kubectl get pods -l app.kubernetes.io/component={name}`."
    )
}
