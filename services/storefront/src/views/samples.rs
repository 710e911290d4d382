//! One example of each state of each page: rendered by the tests, looked at by people.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use contract::order::OrderState;
use contract::product::Stock;
use contract::user::User;

use super::order::OrderLine;
use super::*;
use crate::catalogue::Category;
use crate::texts;

/// A name that tries to break out of wherever it stands.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";

pub(super) fn look() -> Arc<Look> {
    static LOOK: OnceLock<Arc<Look>> = OnceLock::new();
    let make = || Look::new("Tea House", "en-IE", "EUR".parse().expect("a currency"), "#2f6f4f");
    LOOK.get_or_init(|| Arc::new(make())).clone()
}

fn frame(title: &str, path: &str) -> Page {
    Page { parts: Parts::UP, ..Page::new(look(), title, path) }
}

fn known(title: &str, path: &str) -> Page {
    let shopper =
        Shopper { username: "ada".into(), first_name: "Ada".into(), is_staff: false, is_alive: true };
    Page { shopper: Some(shopper), basket_count: 3, ..frame(title, path) }
}

pub(super) fn staff(title: &str, path: &str) -> Page {
    let mut page = known(title, path);
    page.shopper = Some(Shopper {
        username: "staff".into(),
        first_name: "Maximilian-Alexander".into(),
        is_staff: true,
        is_alive: true,
    });
    page
}

pub(super) fn degraded(mut page: Page) -> Page {
    page.parts = Parts { user: Health::Down, product: Health::Down, order: Health::Down };
    page.show_copy(CopyNote { age: Duration::from_secs(134), is_partial: true });
    page.notices_from_health(None);
    page
}

fn card(id: i64, name: &str, slug: &str, price: i64, category: &str, stock: Stock) -> Card {
    Card {
        id,
        name: name.into(),
        slug: slug.into(),
        price: look().format.money(price),
        image: format!("/assets/tea-house/{slug}.webp"),
        category: category.into(),
        stock,
    }
}

/// The sample catalogue as cards.
pub(super) fn cards() -> Vec<Card> {
    let mut rows = include_str!("../../../../manifests/catalogue/tea-house.csv").lines().skip(1);
    let mut cards: Vec<Card> = rows
        .by_ref()
        .zip(1..)
        .map(|(row, id)| {
            let (slug, rest) = row.split_once(',').expect("a slug");
            let (name, rest) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once("\",").expect("a quoted name"),
                None => rest.split_once(',').expect("a name"),
            };
            let mut columns = rest.split(',');
            let price = columns.next().and_then(|price| price.parse().ok()).expect("a price");
            let stock = match row.rsplit(',').next() {
                Some("0") => Stock::Out,
                Some("3" | "4" | "5") => Stock::Low,
                _ => Stock::InStock,
            };
            card(id, name, slug, price, columns.next().expect("a category"), stock)
        })
        .collect();
    cards.sort_by(|one, other| one.name.cmp(&other.name));
    cards
}

fn home(page: Page, listing: Listing, products: Vec<Card>) -> HomePage {
    home_changed(page, listing, products, |_| {})
}

/// The home page with a shelf that is other than usual.
fn home_changed(
    page: Page,
    listing: Listing,
    products: Vec<Card>,
    change: impl FnOnce(&mut Shelf<'_>),
) -> HomePage {
    let category = |name: &str| Category { name: name.to_owned(), products: 7 };
    let (look, categories) = (look(), ["Black tea", "Green tea", "Herbal", "Teaware"].map(category));
    let mut shelf = Shelf {
        look: &look,
        listing: &listing,
        categories: &categories,
        products: &products,
        next: None,
        is_unavailable: false,
    };
    change(&mut shelf);
    HomePage { page, shelf: shelf.written() }
}

fn hostile() -> Card {
    Card { image: format!("https://x/{HOSTILE}"), ..card(7, HOSTILE, "x", 1, HOSTILE, Stock::Low) }
}

pub(super) fn homes() -> Vec<(&'static str, HomePage)> {
    let search = |q: &str| Listing { q: q.into(), ..Listing::default() };
    let mut shelf = cards();
    shelf.truncate(24);
    let first =
        home_changed(frame("", "/"), Listing::default(), shelf, |shelf| shelf.next = Some("opaque=/+"));
    let mut searched = frame("", "/?q=mint");
    searched.query = "mint".into();
    let found = cards().into_iter().filter(|card| card.slug.contains("mint")).collect();
    let herbal = Listing {
        category: "Herbal".into(),
        sort: Some(client::Sort::PriceDescending),
        in_stock: true,
        after: Some("x".into()),
        ..Listing::default()
    };
    let herbs = cards().into_iter().filter(|card| card.category == "Herbal").collect();
    let nothing = home_changed(degraded(frame("", "/")), Listing::default(), Vec::new(), |shelf| {
        shelf.categories = &[];
        shelf.is_unavailable = true;
    });
    let mut bare = cards();
    for card in &mut bare {
        card.image.clear();
    }
    let no_categories = |shelf: &mut Shelf<'_>| shelf.categories = &[];
    let empty = home_changed(frame("", "/"), Listing::default(), Vec::new(), no_categories);
    let mut odd = staff("", "/");
    odd.query = HOSTILE.into();
    odd.flash = Some(Flash { text: texts::flash::welcome_back(HOSTILE), is_problem: false });
    vec![
        ("normal", first),
        ("search", home(searched, search("mint"), found)),
        ("category", home(known("", "/?category=Herbal"), herbal, herbs)),
        ("nothing-found", home(frame("", "/?q=coffee"), search("coffee"), Vec::new())),
        ("empty", empty),
        ("no-pictures", home(known("", "/"), Listing::default(), bare)),
        ("degraded", home(degraded(known("", "/")), Listing::default(), cards())),
        ("unavailable", nothing),
        ("hostile", home(odd, search(HOSTILE), vec![hostile()])),
    ]
}

pub(super) fn products() -> Vec<(&'static str, ProductPage)> {
    let green = cards().into_iter().filter(|card| card.category == "Green tea").take(4);
    let of = |page: Page, slug: &str| {
        ProductPage {
        page: Page { title: cards().into_iter().find(|card| card.slug == slug).expect("a product").name, ..page },
        product: cards().into_iter().find(|card| card.slug == slug).expect("a product"),
        description: "Steamed within hours of picking. Sweet grass, sea air, a long clean finish. Brew it at 70 degrees."
            .into(),
        quantity: "1".into(),
        errors: FormErrors::none(),
        related: green.clone().map(|card| card.written_below()).collect(),
    }
    };
    let mut wrong = of(known("", "/product/spring-sencha"), "spring-sencha");
    wrong.quantity = "1000".into();
    wrong.errors = FormErrors::at("quantity", "Quantity must be from 1 to 999");
    let mut bare = of(frame("", "/product/x"), "spring-sencha");
    bare.product = hostile();
    bare.product.image.clear();
    bare.description = format!("{HOSTILE}\n\nSecond paragraph");
    bare.related = vec![hostile().written_below()];
    vec![
        ("normal", of(frame("", "/product/spring-sencha"), "spring-sencha")),
        ("low", of(known("", "/product/ceremonial-matcha"), "ceremonial-matcha")),
        ("out", of(known("", "/product/travel-tin-for-50-grams"), "travel-tin-for-50-grams")),
        ("wrong", wrong),
        ("hostile", bare),
        ("degraded", of(degraded(known("", "/product/spring-sencha")), "spring-sencha")),
    ]
}

pub(super) fn registers() -> Vec<(&'static str, RegisterPage)> {
    let of = |page: Page, errors: FormErrors| RegisterPage {
        page,
        username: "ada".into(),
        email: HOSTILE.into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        errors,
    };
    let page = || frame(texts::accounts::REGISTER_TITLE, "/register");
    let empty = RegisterPage {
        username: String::new(),
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        ..of(page(), FormErrors::none())
    };
    let errors = FormErrors::at("username", texts::accounts::USERNAME_TAKEN)
        .and("email", "E-mail address must be an e-mail address")
        .and("password", "Password must have 8 to 128 characters");
    vec![
        ("empty", empty),
        ("errors", of(page(), errors)),
        ("degraded", of(degraded(page()), FormErrors::general(texts::degraded::ACCOUNTS_FORM))),
    ]
}

pub(super) fn logins() -> Vec<(&'static str, LoginPage)> {
    let of = |username: &str, next: &str, errors: FormErrors| LoginPage {
        page: frame(texts::accounts::LOGIN_TITLE, "/login"),
        username: username.into(),
        next: next.into(),
        errors,
    };
    let mut registered = of("", "", FormErrors::none());
    registered.page.flash = Some(Flash { text: texts::flash::REGISTERED.into(), is_problem: false });
    let mut asked = of("", "/checkout", FormErrors::none());
    asked.page.flash = Some(Flash { text: texts::flash::PLEASE_LOG_IN.into(), is_problem: true });
    vec![
        ("registered", registered),
        ("asked", asked),
        ("refused", of(HOSTILE, HOSTILE, FormErrors::general(texts::accounts::CANNOT_LOGIN_REMEDY))),
    ]
}

pub(super) fn logouts() -> Vec<(&'static str, LogoutPage)> {
    let of = |is_guest: bool, is_waiting: bool| LogoutPage {
        page: known(texts::accounts::LOGOUT_TITLE, "/logout"),
        is_guest,
        is_waiting,
    };
    vec![("normal", of(false, false)), ("waiting", of(false, true)), ("guest", of(true, false))]
}

fn line(card: &Card, quantity: i64) -> BasketLine {
    BasketLine {
        product_id: card.id,
        name: card.name.clone(),
        href: card.href(),
        image: card.image.clone(),
        quantity,
        typed: None,
        unit_price: Some(card.price.clone()),
        line_total: Some(look().format.money(1450 * quantity)),
        note: None,
    }
}

pub(super) fn baskets() -> Vec<(&'static str, BasketPage)> {
    let of = |page: Page, count: usize, gate: CheckoutGate| BasketPage {
        page: Page { title: texts::basket::TITLE.into(), ..page },
        lines: cards()
            .iter()
            .cycle()
            .take(count)
            .zip(1..)
            .map(|(card, quantity)| line(card, quantity))
            .collect(),
        total: Some(look().format.money(8700)),
        gate,
        notes: Vec::new(),
        is_waiting: false,
        errors: FormErrors::none(),
    };
    let mut notes = of(known("", "/basket"), 3, CheckoutGate::Open);
    notes.notes = vec![texts::basket::quantity_limit("Malty Assam"), texts::basket::unknown_product(HOSTILE)];
    notes.lines[0].note = Some("Sold out in the meantime.".into());
    notes.lines[1].image.clear();
    notes.lines[1].name = HOSTILE.into();
    notes.lines[2].href.clear();
    notes.page.flash = Some(Flash { text: texts::flash::ORDER_UPDATED.into(), is_problem: false });
    let mut paused = of(degraded(known("", "/basket")), 2, CheckoutGate::OrdersPaused);
    paused.is_waiting = true;
    paused.lines[1].unit_price = None;
    paused.lines[1].line_total = None;
    paused.total = None;
    vec![
        ("normal", of(known("", "/basket"), 3, CheckoutGate::Open)),
        ("empty", of(frame("", "/basket"), 0, CheckoutGate::LogIn)),
        ("guest", of(frame("", "/basket"), 2, CheckoutGate::LogIn)),
        ("notes", notes),
        ("degraded", paused),
        ("resting", of(degraded(known("", "/basket")), 1, CheckoutGate::AccountsResting)),
        ("hundred-lines", of(known("", "/basket"), 100, CheckoutGate::Open)),
    ]
}

pub(super) fn checkouts() -> Vec<(&'static str, CheckoutPage)> {
    let of = |state: CheckoutState| CheckoutPage {
        page: known(texts::basket::CHECKOUT_TITLE, "/checkout"),
        lines: cards().iter().take(3).map(|card| line(card, 2)).collect(),
        total: look().format.money(8700),
        expected_total: 8700,
        idempotency_key: "0190b0f0-7d1e-7000-8000-000000000001".into(),
        delivery_name: "Ada Lovelace".into(),
        delivery_address: format!("12 Analytical Way\n{HOSTILE}"),
        state,
        is_answer: true,
        errors: FormErrors::none(),
    };
    let mut wrong = of(CheckoutState::Ready);
    wrong.errors = FormErrors::at("delivery_name", "Name must have at most 200 characters");
    let mut paused = of(CheckoutState::OrdersPaused);
    paused.page = degraded(paused.page);
    let mut looked_at = CheckoutPage { is_answer: false, ..paused.clone() };
    looked_at.delivery_name.clear();
    looked_at.delivery_address.clear();
    vec![
        ("normal", of(CheckoutState::Ready)),
        ("looked-at-degraded", looked_at),
        ("wrong", wrong),
        ("degraded", paused),
        ("resting", of(CheckoutState::AccountsResting)),
        ("not-known", of(CheckoutState::NotKnown)),
        ("total-changed", of(CheckoutState::TotalChanged { was: "€80.00".into(), now: "€87.00".into() })),
    ]
}

fn order(state: OrderState) -> OrderView {
    let of = |card: &Card, quantity: i64| OrderLine {
        product_id: card.id,
        name: card.name.clone(),
        quantity,
        unit_price: card.price.clone(),
        line_total: card.price.clone(),
        refusal: None,
    };
    let mut lines: Vec<OrderLine> = cards().iter().take(3).zip(1..).map(|(card, n)| of(card, n)).collect();
    if state == OrderState::Refused {
        lines[1].refusal = Some(texts::orders::refusal(contract::order::Refusal::OutOfStock));
    }
    OrderView {
        id: 1042,
        state,
        lines,
        total: "€48.00".into(),
        placed_at: "21 Nov 2026, 09:30 UTC".into(),
        placed_at_iso: "2026-11-21T09:30:00.000Z".into(),
        delivery_name: Some("Ada Lovelace".into()),
        delivery_address: Some(format!("12 Analytical Way\n{HOSTILE}")),
    }
}

const STATES: [(&str, OrderState); 5] = [
    ("placed", OrderState::Placed),
    ("confirmed", OrderState::Confirmed),
    ("refused", OrderState::Refused),
    ("fulfilled", OrderState::Fulfilled),
    ("cancelled", OrderState::Cancelled),
];

pub(super) fn thanks() -> Vec<(&'static str, ThankYouPage)> {
    let page = || known(texts::orders::THANKS_TITLE, "/order/thank-you?order=1042");
    let mut pages: Vec<_> = STATES
        .into_iter()
        .map(|(name, state)| (name, ThankYouPage { page: page(), order: Some(order(state)), note: None }))
        .collect();
    let note = Some(texts::degraded::ORDERS_UNAVAILABLE.to_owned());
    pages.push(("degraded", ThankYouPage { page: degraded(page()), order: None, note }));
    pages
}

pub(super) fn orders() -> Vec<(&'static str, OrdersPage)> {
    let row = |(id, (_, state)): (i64, (&str, OrderState))| OrderRow {
        id,
        state,
        placed_at: "21 Nov 2026".into(),
        placed_at_iso: "2026-11-21T09:30:00.000Z".into(),
        summary: "First Flush Darjeeling, Cast Iron Teapot, Linen Tea Filters, …".into(),
        pieces: texts::basket::items(4),
        total: "€1,048.00".into(),
    };
    let page = || known(texts::orders::TITLE, "/orders");
    let rows: Vec<OrderRow> = (1..).zip(STATES).map(row).collect();
    vec![
        (
            "normal",
            OrdersPage {
                page: page(),
                orders: rows.clone(),
                next: Some("/orders?after=4".into()),
                is_continued: true,
            },
        ),
        ("empty", OrdersPage { page: page(), orders: Vec::new(), next: None, is_continued: false }),
    ]
}

pub(super) fn single_orders() -> Vec<(&'static str, OrderPage)> {
    let page = |state| OrderPage { page: known("Order 1042", "/orders/1042"), order: order(state) };
    STATES.into_iter().map(|(name, state)| (name, page(state))).collect()
}

pub(super) fn accounts() -> Vec<(&'static str, AccountPage)> {
    let of = |page: Page, errors: FormErrors| AccountPage {
        page,
        user: User {
            api_key: None,
            email: "ada@example.com".into(),
            first_name: "Ada".into(),
            id: 7,
            is_active: true,
            is_admin: false,
            last_name: HOSTILE.into(),
            username: "ada".into(),
        },
        errors,
    };
    let page = || known(texts::accounts::ACCOUNT_TITLE, "/account");
    let errors = FormErrors::at("current_password", "Current password is wrong");
    vec![
        ("normal", of(page(), FormErrors::none())),
        ("wrong", of(staff(texts::accounts::ACCOUNT_TITLE, "/account"), errors)),
        ("degraded", of(degraded(page()), FormErrors::general(texts::degraded::ACCOUNTS_FORM))),
    ]
}

pub(super) fn problems() -> Vec<(&'static str, ProblemPage)> {
    let of =
        |status: u16| ProblemPage::new(frame("", "/there?a=b"), status, "4bf92f3577b34da6a3ce929d0e0e4736");
    vec![
        ("403", of(403)),
        ("404", of(404)),
        ("429", of(429)),
        ("500", of(500)),
        ("503", of(503).saying(texts::degraded::ORDERS_UNAVAILABLE)),
    ]
}
