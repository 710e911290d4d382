//! Every page in every state: small, without inline code, and safe whatever shoppers typed.
//!
//! With `SHOPKEEPER_SAMPLES=DIR` the pages are also written into that folder, with the files they load, so
//! that people can look at them.

use askama::Template;

use super::staff::samples as staff;
use super::{Page, samples};

/// Page, state, HTML.
fn rendered() -> Vec<(String, String)> {
    fn all<T: Template>(name: &str, samples: Vec<(&'static str, T)>) -> Vec<(String, String)> {
        let render = |(state, view): (&str, T)| (format!("{name}-{state}"), view.render().expect("a page"));
        samples.into_iter().map(render).collect()
    }
    [
        all("home", samples::homes()),
        all("product", samples::products()),
        all("register", samples::registers()),
        all("login", samples::logins()),
        all("logout", samples::logouts()),
        all("basket", samples::baskets()),
        all("checkout", samples::checkouts()),
        all("thank-you", samples::thanks()),
        all("orders", samples::orders()),
        all("order", samples::single_orders()),
        all("account", samples::accounts()),
        all("problem", samples::problems()),
        all("staff-overview", staff::overviews()),
        all("staff-products", staff::products()),
        all("staff-product", staff::product_forms()),
        all("staff-import", staff::imports()),
        all("staff-orders", staff::orders()),
        all("staff-order", staff::single_orders()),
        all("staff-customers", staff::customers()),
        all("staff-customer", staff::single_customers()),
        all("staff-low-stock", staff::low_stocks()),
        all("staff-rules", staff::rules()),
        staff::running_imports()
            .into_iter()
            .map(|(state, page)| (format!("staff-import-running-{state}"), page))
            .collect(),
    ]
    .concat()
}

#[test]
fn every_page_is_written_for_those_who_want_to_look() {
    let Ok(folder) = std::env::var("SHOPKEEPER_SAMPLES") else { return };
    let folder = std::path::Path::new(&folder);
    for (name, page) in rendered() {
        std::fs::write(folder.join(format!("{name}.html")), page).expect("a file");
    }
    samples::look().assets.write_to(&folder.join("assets"));
}

#[test]
fn a_page_weighs_at_most_50_kb() {
    for (name, page) in rendered() {
        assert!(page.len() <= 50_000, "{name}: {}", page.len());
    }
}

#[test]
fn nothing_is_inline_and_nothing_typed_becomes_markup() {
    for (name, page) in rendered() {
        let lower = page.to_lowercase();
        assert_eq!(lower.matches("<script").count(), 1, "{name}: one script, by its address");
        for wrong in ["<style", " style=", "javascript:", "<img src=x", "onerror=alert(2)>"] {
            assert!(!lower.contains(wrong), "{name} contains {wrong}");
        }
        for handler in [" onclick=", " onload=", " onsubmit=", " onchange="] {
            assert!(!lower.contains(handler), "{name} contains {handler}");
        }
    }
}

#[test]
fn every_page_has_one_heading_one_main_and_a_title() {
    for (name, page) in rendered() {
        assert_eq!(page.matches("<h1").count(), 1, "{name}: h1");
        assert_eq!(page.matches("<main id=\"main\"").count(), 1, "{name}: main");
        assert!(page.contains("Tea House</title>"), "{name}: title");
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en-IE\">"), "{name}");
        for mark in ["id=\"notice\"", "id=\"basket-count\"", "form id=\"search\"", "data-part=\"order\""] {
            assert!(page.contains(mark), "{name}: {mark}");
        }
    }
}

#[test]
fn an_id_stands_once_on_a_page() {
    for (name, page) in rendered() {
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands twice");
    }
}

#[test]
fn a_password_is_never_written_into_a_page() {
    for (name, page) in rendered() {
        for field in page.split("<input").filter(|field| field.contains("type=\"password\"")) {
            let tag = field.split('>').next().unwrap_or_default();
            assert!(!tag.contains(" value="), "{name}: {tag}");
        }
    }
}

#[test]
fn a_wrong_field_says_so_itself_and_in_the_summary() {
    let pages = rendered();
    let (_, page) = pages.iter().find(|(name, _)| name == "register-errors").expect("the sample");
    for field in ["username", "email", "password"] {
        assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field} in the summary");
        assert!(page.contains(&format!("<p id=\"{field}-error\" class=\"field-error\">")), "{field} itself");
        assert!(page.contains(&format!("aria-invalid=\"true\" aria-describedby=\"{field}-error")), "{field}");
    }
    assert!(page.contains("Please try another username") && page.contains("id=\"errors\""));
    assert!(page.contains("value=\"ada\""), "what was typed is kept");
}

#[test]
fn a_guest_comes_back_to_where_the_login_was_asked_for() {
    let at = |path: &str| Page::new(samples::look(), "", path).login_href();
    assert_eq!(at("/product/a?b=c&d"), "/login?next=%2Fproduct%2Fa%3Fb%3Dc%26d");
    for nowhere in ["/", "/login?next=/x", "/register", "/logout", ""] {
        assert_eq!(at(nowhere), "/login");
    }
}

#[test]
fn a_picture_that_the_policy_forbids_is_not_asked_for() {
    use super::card::loadable;
    for good in ["/media/ab", "/assets/tea-house/x.webp", "https://example.com/a.png"] {
        assert_eq!(loadable(good), good);
    }
    for bad in
        ["http://example.com/a.png", "//example.com/a", "/\\example.com", "javascript:alert(1)", "data:x", ""]
    {
        assert_eq!(loadable(bad), "");
    }
}
