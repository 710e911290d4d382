//! One example of each state of each page of staff.

use contract::order::{Item, Order, OrderState};
use contract::product::{CsvError, Product, Stock};
use contract::user::User;
use contract::{Currency, Timestamp};
use uuid::Uuid;

use super::*;
use crate::staff::form::Typed;
use crate::staff::history::History;
use crate::staff::rules::{Seen, Situation};
use crate::texts::{orders as order_text, staff as text};
use crate::views::samples::{HOSTILE, degraded, look, staff as frame};
use crate::views::{FormErrors, OrderView, Page};

fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn product(id: i64, name: &str, stock: Stock, stock_quantity: Option<i64>) -> Product {
    Product {
        id,
        image: "/assets/tea-house/first-flush-darjeeling.webp".into(),
        name: name.into(),
        price: 1450,
        slug: format!("product-{id}"),
        currency: euro(),
        description: "Picked in the first warm week of March.\nLight, flowery.".into(),
        category: "Black tea".into(),
        stock,
        stock_quantity,
        version: 3,
    }
}

fn order(id: i64, state: OrderState) -> Order {
    let item = |product: i64, name: &str| Item {
        product,
        quantity: 2,
        name: name.into(),
        unit_price: 1450,
        line_total: 2900,
        refusal: (state == OrderState::Refused).then_some(contract::order::Refusal::OutOfStock),
    };
    Order {
        id,
        is_open: state == OrderState::Open,
        state,
        items: vec![item(1, "First Flush Darjeeling"), item(2, HOSTILE)],
        user_id: 7,
        total: 5800,
        currency: euro(),
        placed_at: (state != OrderState::Open).then(|| Timestamp::from_unix_ms(1_795_253_400_007)),
        delivery_name: Some("Ada Lovelace".into()),
        delivery_address: Some(format!("12 Analytical Way\n{HOSTILE}")),
    }
}

const STATES: [OrderState; 6] = [
    OrderState::Placed,
    OrderState::Confirmed,
    OrderState::Refused,
    OrderState::Fulfilled,
    OrderState::Cancelled,
    OrderState::Open,
];

fn user(id: i64, username: &str, is_active: bool, is_admin: bool) -> User {
    User {
        api_key: None,
        email: format!("somebody.with.a.long.name.{id}@example.com"),
        first_name: "Ada".into(),
        id,
        is_active,
        is_admin,
        last_name: HOSTILE.into(),
        username: username.into(),
    }
}

fn order_rows() -> Vec<OrderRow> {
    (1042..).zip(STATES).map(|(id, state)| OrderRow::new(&order(id, state), &look().format)).collect()
}

fn low_rows(are_known: bool) -> Vec<LowStockRow> {
    let row = |product: Product| {
        LowStockRow::new(&product, product.stock_quantity.filter(|_| are_known), &look().format)
    };
    vec![
        row(product(4, "Moroccan Mint", Stock::Out, Some(0))),
        row(product(5, HOSTILE, Stock::Low, Some(1))),
        row(product(6, "Cast Iron Teapot", Stock::Low, Some(5))),
    ]
}

fn survey(situation: Situation) -> Survey {
    let past = History::default().observe(&situation, 1_795_253_400_007);
    let copy = situation.has_copy.then(|| ("2 minutes ago".to_owned(), 27));
    Survey::new(&situation, &past, copy, &look().format)
}

fn all_up() -> Situation {
    Situation { user: Seen::Up, product: Seen::Up, order: Seen::Up, has_copy: true }
}

fn all_down() -> Situation {
    Situation { user: Seen::Down, product: Seen::Down, order: Seen::Down, has_copy: true }
}

pub(crate) fn overviews() -> Vec<(&'static str, OverviewPage)> {
    let page = || frame(text::overview::TITLE, "/staff");
    let normal = OverviewPage {
        page: page(),
        orders: Some(order_rows()),
        has_more_orders: true,
        low: low_rows(false),
        low_counts: (2, 1),
        survey: survey(all_up()),
    };
    let empty = OverviewPage {
        orders: Some(Vec::new()),
        has_more_orders: false,
        low: Vec::new(),
        low_counts: (0, 0),
        ..normal.clone()
    };
    let down = OverviewPage {
        page: degraded(page()),
        orders: None,
        has_more_orders: false,
        survey: survey(all_down()),
        ..normal.clone()
    };
    vec![("normal", normal), ("empty", empty), ("degraded", down)]
}

pub(crate) fn products() -> Vec<(&'static str, ProductsPage)> {
    let page = || frame(text::products::TITLE, "/staff/products");
    let row = |known: bool| {
        let many = (10..57).map(|id| product(id, "First Flush Darjeeling", Stock::InStock, Some(12_000)));
        let few = [
            product(1, HOSTILE, Stock::Low, Some(1)),
            product(2, "Moroccan Mint", Stock::Out, Some(0)),
            product(3, "Untracked", Stock::InStock, None),
        ];
        let all = few.into_iter().chain(many);
        all.map(|product| ProductRow::new(&product, &look().format, known)).collect::<Vec<_>>()
    };
    let normal = ProductsPage {
        page: page(),
        filter: ProductFilter::default(),
        categories: vec!["Black tea".into(), HOSTILE.into()],
        rows: row(true),
        next: Some("/staff/products?after=x".into()),
        is_continued: true,
        note: None,
    };
    let filter = ProductFilter {
        q: HOSTILE.into(),
        category: HOSTILE.into(),
        sort: Some(client::Sort::PriceDescending),
        in_stock: "false".into(),
    };
    let nothing =
        ProductsPage { filter, rows: Vec::new(), next: None, is_continued: false, ..normal.clone() };
    let empty = ProductsPage { filter: ProductFilter::default(), ..nothing.clone() };
    let note = Some(text::products::READ_ONLY);
    let down = ProductsPage { page: degraded(page()), rows: row(false), note, ..normal.clone() };
    vec![("normal", normal), ("nothing-found", nothing), ("empty", empty), ("degraded", down)]
}

pub(crate) fn product_forms() -> Vec<(&'static str, ProductFormPage)> {
    let present = product(1, HOSTILE, Stock::Low, Some(5));
    let of = |title: &str, path: &str, subject: Option<&Product>, typed: Typed| ProductFormPage {
        page: frame(title, path),
        subject: subject.map(|product| Subject {
            id: product.id,
            slug: product.slug.clone(),
            name: product.name.clone(),
            image: product.image.clone(),
            version: product.version,
            shown_stock: "5".into(),
        }),
        typed,
        errors: FormErrors::none(),
        conflict: Vec::new(),
        disabled: None,
        is_retry: false,
        currency: "EUR".into(),
        example_price: "14.50".into(),
        categories: vec!["Black tea".into(), HOSTILE.into()],
    };
    let edit = |title: &str| of(title, "/staff/products/1", Some(&present), Typed::of(&present, 2));
    let new = || of(text::product::NEW, "/staff/products/new", None, Typed::default());
    let wrong = Typed::default().check(2, None).expect_err("an empty form is wrong");
    let mut mistaken = new();
    mistaken.errors = wrong.iter().fold(FormErrors::none(), |errors, (field, mistake)| {
        errors.and(field.name(), text::product::mistake(*field, *mistake))
    });
    let mut conflict = edit("Edit Darjeeling");
    conflict.errors = FormErrors::at("conflict", text::product::CONFLICT);
    conflict.conflict = vec![
        Compared { label: "Price", yours: "14.50".into(), theirs: "15.00".into() },
        Compared { label: "Description", yours: format!("{HOSTILE}\nTwo"), theirs: String::new() },
    ];
    let mut down = edit("Edit Darjeeling");
    down.page = degraded(down.page);
    down.disabled = Some(text::product::DISABLED);
    let mut lost = new();
    lost.page = degraded(lost.page);
    lost.errors = FormErrors::general(text::product::SAVE_UNKNOWN);
    lost.is_retry = true;
    let mut picture = edit("Edit Darjeeling");
    picture.errors = FormErrors::at("picture", text::product::NOT_A_PICTURE);
    vec![
        ("normal", edit("Edit Darjeeling")),
        ("new", new()),
        ("wrong", mistaken),
        ("conflict", conflict),
        ("degraded", down),
        ("lost", lost),
        ("picture-wrong", picture),
    ]
}

fn mistakes() -> Vec<CsvError> {
    let mistake = |line: u64, column: &str, message: &str| CsvError {
        line,
        column: column.into(),
        message: message.into(),
    };
    let mut mistakes =
        vec![mistake(2, "price", "must be a whole number of minor units"), mistake(5, "", HOSTILE)];
    mistakes.extend((6..104).map(|line| mistake(line, "slug", "must be 1 to 100 letters, digits, hyphens")));
    mistakes
}

pub(crate) fn imports() -> Vec<(&'static str, ImportPage)> {
    let page = || frame(text::import::TITLE, "/staff/import");
    let normal = ImportPage { page: page(), form: ImportForm::default(), outcome: None };
    let kept = Uuid::from_u128(7);
    let right = Outcome::Right { created: 27, updated: 3, unchanged: 9_970, kept };
    let right = ImportPage { outcome: Some(right), ..normal.clone() };
    let errors = FormErrors::at("text", text::import::MISTAKES);
    let form = ImportForm { pasted: format!("slug,name,price\n{HOSTILE}"), errors, disabled: None };
    let wrong = ImportPage { form, outcome: Some(Outcome::Wrong(mistakes())), ..normal.clone() };
    let form = ImportForm { disabled: Some(text::import::DISABLED), ..ImportForm::default() };
    let down = ImportPage { page: degraded(page()), form, outcome: None };
    vec![("normal", normal), ("right", right), ("wrong", wrong), ("degraded", down)]
}

/// Whole pages, as they are once their last piece has arrived.
pub(crate) fn running_imports() -> Vec<(&'static str, String)> {
    let begin = || vec![Step::Read { lines: 10_001, bytes: 1_234_567 }, Step::Checking];
    let checked = |mut steps: Vec<Step>| {
        steps.push(Step::Checked { created: 9_999, updated: 1, unchanged: 0 });
        steps.push(Step::Writing);
        steps.extend((1..4).map(|seconds| Step::Waiting { seconds }));
        steps
    };
    let mut done = checked(begin());
    done.push(Step::Done { created: 9_999, updated: 1, unchanged: 0 });
    let mut wrong = begin();
    let form = ImportForm {
        pasted: HOSTILE.into(),
        errors: FormErrors::at("text", text::import::MISTAKES),
        disabled: None,
    };
    wrong.push(Step::Wrong { mistakes: mistakes(), form });
    let mut lost = checked(begin());
    lost.push(Step::Stopped {
        sentence: text::import::LOST.into(),
        kept: Some(Uuid::from_u128(7)),
        form: ImportForm::default(),
    });
    let whole = |steps: Vec<Step>| {
        use askama::Template as _;
        let view = ImportRunningPage { page: frame(text::import::TITLE, "/staff/import") };
        let (before, after) = view.halves().expect("a page");
        let steps: String = steps.iter().map(|step| step.render().expect("a piece")).collect();
        format!("{before}{steps}{after}")
    };
    vec![("done", whole(done)), ("wrong", whole(wrong)), ("lost", whole(lost))]
}

pub(crate) fn orders() -> Vec<(&'static str, OrdersPage)> {
    let page = || frame(text::orders::TITLE, "/staff/orders?state=confirmed");
    let normal = OrdersPage {
        page: page(),
        filter: StateFilter::default(),
        rows: Some(order_rows()),
        next: Some("/staff/orders?after=1".into()),
        is_continued: true,
    };
    let filter = StateFilter(Some(OrderState::Confirmed));
    let nothing = OrdersPage { filter, rows: Some(Vec::new()), next: None, ..normal.clone() };
    let empty = OrdersPage { filter: StateFilter::default(), is_continued: false, ..nothing.clone() };
    let down = OrdersPage { page: degraded(page()), rows: None, ..empty.clone() };
    vec![("normal", normal), ("nothing-found", nothing), ("empty", empty), ("degraded", down)]
}

pub(crate) fn single_orders() -> Vec<(&'static str, StaffOrderPage)> {
    let of = |state: OrderState| StaffOrderPage {
        page: frame("Order 1042", "/staff/orders/1042"),
        order: OrderView::new(&order(1042, state), &look().format),
        user_id: 7,
        problem: None,
    };
    let mut conflict = of(OrderState::Fulfilled);
    conflict.problem = Some(text::orders::conflict(order_text::state(OrderState::Fulfilled)));
    let names = ["placed", "confirmed", "refused", "fulfilled", "cancelled", "basket"];
    let mut all: Vec<_> = names.into_iter().zip(STATES.map(of)).collect();
    all.push(("conflict", conflict));
    all
}

pub(crate) fn customers() -> Vec<(&'static str, CustomersPage)> {
    let page = || frame(text::customers::TITLE, "/staff/customers");
    let rows = vec![
        CustomerRow::new(user(1, "staff", true, true), 1),
        CustomerRow::new(user(2, HOSTILE, false, false), 1),
        CustomerRow::new(user(3, "grace", true, false), 1),
    ];
    let normal = CustomersPage {
        page: page(),
        rows: Some(rows),
        next: Some("/staff/customers?after=3".into()),
        is_continued: false,
        number: String::new(),
        errors: FormErrors::none(),
    };
    let errors = FormErrors::at("number", text::customers::NOT_A_NUMBER);
    let wrong = CustomersPage { number: HOSTILE.into(), errors, ..normal.clone() };
    let down = CustomersPage { page: degraded(page()), rows: None, next: None, ..normal.clone() };
    vec![("normal", normal), ("wrong", wrong), ("degraded", down)]
}

pub(crate) fn single_customers() -> Vec<(&'static str, CustomerPage)> {
    let of = |user: User, errors: FormErrors, problem: Option<&str>| CustomerPage {
        page: frame(&text::customers::account(&user.username), "/staff/customers/2"),
        row: CustomerRow::new(user, 1),
        errors,
        problem: problem.map(str::to_owned),
    };
    let none = FormErrors::none;
    let bad = FormErrors::at("new_password", text::customers::NO_PASSWORD);
    let last = Some(text::customers::LAST_STAFF);
    vec![
        ("normal", of(user(2, "grace", true, false), none(), None)),
        ("resting", of(user(2, HOSTILE, false, true), none(), None)),
        ("self", of(user(1, "staff", true, true), none(), None)),
        ("wrong", of(user(2, "grace", true, false), bad, None)),
        ("refused", of(user(2, "grace", true, true), none(), last)),
    ]
}

pub(crate) fn low_stocks() -> Vec<(&'static str, LowStockPage)> {
    let page = || frame(text::low_stock::TITLE, "/staff/low-stock");
    let normal = LowStockPage {
        page: page(),
        rows: low_rows(true),
        next: Some("/staff/low-stock?after=1.6".into()),
        is_continued: true,
        is_known: true,
        is_partial: true,
        is_read_only: false,
    };
    let empty = LowStockPage {
        rows: Vec::new(),
        next: None,
        is_continued: false,
        is_partial: false,
        ..normal.clone()
    };
    let down =
        LowStockPage { page: degraded(page()), rows: low_rows(false), is_read_only: true, ..normal.clone() };
    let unseen = LowStockPage { page: degraded(page()), is_known: false, ..empty.clone() };
    vec![("normal", normal), ("empty", empty), ("degraded", down), ("unseen", unseen)]
}

pub(crate) fn rules() -> Vec<(&'static str, RulesPage)> {
    let of = |page: Page, situation: Situation| RulesPage { page, survey: survey(situation) };
    let page = || frame(text::rules::TITLE, "/staff/rules");
    let product_down = Situation { product: Seen::Down, ..all_up() };
    let early =
        Situation { user: Seen::Unknown, product: Seen::Unknown, order: Seen::Unknown, has_copy: false };
    vec![
        ("normal", of(page(), all_up())),
        ("product-down", of(degraded(page()), product_down)),
        ("degraded", of(degraded(page()), all_down())),
        ("early", of(page(), early)),
    ]
}
