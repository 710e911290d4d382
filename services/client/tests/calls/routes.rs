//! What each call sends, and what it makes of the answer.

use crate::fake::{Fake, SECRET, Seen, json, peers, problem};
use chassis::trace::{self, TraceContext};
use client::{
    CallError, Caller, Cause, Checkout, NewProduct, OrderQuery, Page, ProductChanges, ProductQuery,
    Registration, Sort,
};
use contract::order::{Change, Merge, OrderState};
use serde_json::json as value;
use sha2::{Digest as _, Sha256};
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

fn staff() -> Caller<'static> {
    Caller::with_token("the-key").at("2001:db8::7".parse().unwrap())
}

/// The request line that came last.
fn line(fake: &Fake) -> String {
    let Seen { method, target, .. } = fake.last();
    format!("{method} {target}")
}

#[tokio::test]
async fn every_request_says_who_it_is_for_and_to_which_trace_it_belongs() {
    let fake = Fake::start().await;
    let context = TraceContext::begin();
    trace::scope(context, peers(&fake).user.current(staff())).await.unwrap();
    let seen = fake.last();
    assert_eq!(seen.header("authorization"), Some("Bearer the-key"));
    assert_eq!(seen.header("x-forwarded-for"), Some("2001:db8::7"));
    assert_eq!(seen.header("shopkeeper-secret"), Some(SECRET));
    let sent: TraceContext = seen.header("traceparent").unwrap().parse().unwrap();
    assert_eq!(sent.trace_id, context.trace_id);
    assert_ne!(sent.span_id, context.span_id);
    assert_eq!((sent.sampled, seen.header("shopkeeper-probe")), (true, None));
}

#[tokio::test]
async fn a_guest_shows_no_token_and_a_token_that_fits_no_header_is_none() {
    let fake = Fake::start().await;
    for caller in [Caller::nobody(), Caller::with_token("a\r\nshopkeeper-secret: b")] {
        let error = peers(&fake).order.basket(caller).await.unwrap_err();
        assert!(error.refused_with(401).is_some(), "{error}");
        assert_eq!(fake.last().header("authorization"), None);
        assert_eq!(fake.last().header("x-forwarded-for"), None);
    }
}

#[tokio::test]
async fn accounts_and_sessions() {
    let fake = Fake::start().await;
    let user = peers(&fake).user;
    let registration = Registration {
        username: "ada".into(),
        password: "difference engine".into(),
        email: "ada@example.com".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
    };
    assert_eq!(user.register(staff(), &registration).await.unwrap().id, 7);
    assert_eq!(line(&fake), "POST /api/user/create");
    assert_eq!(
        fake.last().json(),
        value!({"username": "ada", "password": "difference engine", "email": "ada@example.com",
            "first_name": "Ada", "last_name": "Lovelace"})
    );

    fake.forget();
    let begun = user.log_in(Caller::nobody(), "ada", "difference engine").await.unwrap();
    assert_eq!((begun.keys.api_key.as_str(), begun.user.first_name.as_str()), ("fresh-key", "Ada"));
    let [login, me] = &fake.seen()[..] else { panic!("two requests") };
    assert_eq!(login.json(), value!({"username": "ada", "password": "difference engine"}));
    assert_eq!(me.header("authorization"), Some("Bearer fresh-key"));

    assert_eq!(user.refresh(staff(), "old-token").await.unwrap().refresh_token, "next-token");
    assert_eq!((line(&fake).as_str(), fake.last().header("authorization")), ("POST /api/user/refresh", None));
    assert_eq!(fake.last().json(), value!({"refresh_token": "old-token"}));
    user.change_password(staff(), "old one", "new one!").await.unwrap();
    assert_eq!(line(&fake), "PUT /api/user/password");
    assert_eq!(fake.last().json(), value!({"current_password": "old one", "new_password": "new one!"}));
    user.log_out(staff()).await.unwrap();
    assert_eq!(line(&fake), "POST /api/user/logout");
}

#[tokio::test]
async fn staff_and_accounts() {
    let fake = Fake::start().await;
    let user = peers(&fake).user;
    user.users(staff(), 25, Some("17")).await.unwrap();
    assert_eq!(line(&fake), "GET /api/users?limit=25&after=17");
    user.reset_password(staff(), 7, "new one!").await.unwrap();
    assert_eq!(line(&fake), "POST /api/users/7/reset-password");
    assert_eq!(fake.last().json(), value!({"new_password": "new one!"}));
    user.deactivate(staff(), 7).await.unwrap();
    assert_eq!(line(&fake), "POST /api/users/7/deactivate");
    user.activate(staff(), 7).await.unwrap();
    assert_eq!(line(&fake), "POST /api/users/7/activate");
    user.grant_staff(staff(), 7).await.unwrap();
    assert_eq!(line(&fake), "POST /api/users/7/grant-staff");
    assert_eq!(user.revoke_staff(staff(), 7).await.unwrap().username, "ada");
    assert_eq!(line(&fake), "POST /api/users/7/revoke-staff");
}

#[tokio::test]
async fn a_page_of_the_catalogue_that_still_holds_is_not_sent_again() {
    let fake = Fake::answering(|seen| match seen.header("if-none-match") {
        Some("\"7\"") => (304, vec![("etag", "\"7\"".into())], Vec::new()),
        _ => {
            let (status, mut headers, body) = json(200, &value!({"results": []}));
            headers.push(("etag", "\"7\"".into()));
            (status, headers, body)
        }
    })
    .await;
    let (product, query, made) = (peers(&fake).product, ProductQuery::default(), AtomicU32::new(0));
    let make = |page: Page<_>| (made.fetch_add(1, Ordering::Relaxed), page.items.len());
    let first = product.list_as(Caller::nobody(), &query, None, make).await.unwrap();
    let again = product.list_as(Caller::nobody(), &query, Some(&first), make).await.unwrap();
    assert_eq!((first.value, &again), ((0, 0), &first));
    assert_eq!(fake.last().header("if-none-match"), Some("\"7\""));
}

#[tokio::test]
async fn the_catalogue_is_asked_for_as_the_shopper_wishes() {
    let fake = Fake::answering(|_| {
        let (status, mut headers, body) = json(200, &value!({"results": []}));
        headers.push(("link", "</api/products?q=a+b&after=x%3A1%2C2&limit=2>; rel=\"next\"".into()));
        (status, headers, body)
    })
    .await;
    let product = peers(&fake).product;
    let page = product.list(Caller::nobody(), &ProductQuery::default()).await.unwrap();
    assert_eq!((line(&fake).as_str(), page.next.as_deref()), ("GET /api/products", Some("x:1,2")));
    let query = ProductQuery {
        q: Some("tea & biscuits?".into()),
        category: Some("Für zwei".into()),
        sort: Some(Sort::PriceDescending),
        in_stock: Some(true),
        limit: Some(24),
        after: page.next,
    };
    product.list(Caller::nobody(), &query).await.unwrap();
    assert_eq!(
        line(&fake),
        "GET /api/products?q=tea+%26+biscuits%3F&category=F%C3%BCr+zwei&sort=-price&in_stock=true&limit=24&after=x%3A1%2C2"
    );
}

#[tokio::test]
async fn whatever_a_shopper_types_as_a_slug_stays_one_segment_of_the_path() {
    let fake = Fake::start().await;
    let product = peers(&fake).product;
    for (slug, path) in [
        ("tea-pot", "/api/product/tea-pot"),
        ("../user", "/api/product/..%2Fuser"),
        ("a?b#c", "/api/product/a%3Fb%23c"),
        ("a b%2e", "/api/product/a%20b%252e"),
        ("ü", "/api/product/%C3%BC"),
    ] {
        let _ = product.product(Caller::nobody(), slug).await;
        assert_eq!(line(&fake), format!("GET {path}"), "{slug:?}");
    }
    fake.forget();
    for slug in ["", ".", "..", "pot\n", "a\0", "\t"] {
        let error = product.product(Caller::nobody(), slug).await.unwrap_err();
        assert!(error.refused_with(404).is_some(), "{slug:?}: {error}");
        let error = product.media(Caller::nobody(), slug).await.unwrap_err();
        assert!(error.refused_with(404).is_some(), "{slug:?}: {error}");
    }
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn products_are_made_edited_and_imported() {
    let fake = Fake::start().await;
    let product = peers(&fake).product;
    let new = NewProduct { slug: "pot".into(), name: "Pot".into(), price: 1450, ..NewProduct::default() };
    assert_eq!(product.create(staff(), &new).await.unwrap().version, 2);
    assert_eq!(line(&fake), "POST /api/product/create");
    assert_eq!(
        fake.last().json(),
        value!({"slug": "pot", "name": "Pot", "price": 1450, "category": "", "description": "", "image": ""})
    );

    let changes = ProductChanges { price: Some(1), stock_quantity: Some(None), ..ProductChanges::default() };
    product.edit(staff(), 3, 2, &changes).await.unwrap();
    assert_eq!(
        (line(&fake).as_str(), fake.last().header("if-match")),
        ("PATCH /api/product/3", Some("\"2\""))
    );
    assert_eq!(fake.last().json(), value!({"price": 1, "stock_quantity": null}));

    product.set_image(staff(), 3, &b"\x89PNG"[..], "image/png").await.unwrap();
    let sent = fake.last();
    assert_eq!((line(&fake).as_str(), sent.body.as_slice()), ("PUT /api/product/3/image", &b"\x89PNG"[..]));
    assert_eq!(sent.header("content-type"), Some("image/png"));

    let imported = product.import(staff(), "slug,name,price\n", true).await.unwrap();
    assert_eq!((imported.created, imported.updated, imported.unchanged), (1, 2, 3));
    assert_eq!(line(&fake), "POST /api/products/import?dry_run=true");
    assert_eq!(fake.last().header("content-type"), Some("text/csv"));
    product.import(staff(), "slug,name,price\n", false).await.unwrap();
    assert_eq!(line(&fake), "POST /api/products/import");
}

#[tokio::test]
async fn mistakes_of_an_import_are_told_by_line_and_column() {
    let fake = Fake::answering(|_| {
        json(
            400,
            &value!({"type": "t", "title": "t", "status": 400, "message": "line 2: price is wrong",
            "errors": [{"line": 2, "column": "price", "field": "line 2: price", "message": "is wrong"}]}),
        )
    })
    .await;
    let error = peers(&fake).product.import(staff(), "", false).await.unwrap_err();
    let errors = error.refused_with(400).unwrap().csv_errors();
    assert_eq!(
        (errors[0].line, errors[0].column.as_str(), errors[0].message.as_str()),
        (2, "price", "is wrong")
    );
}

#[tokio::test]
async fn a_picture_is_taken_only_if_it_is_what_its_name_says() {
    const PICTURE: &[u8] = b"\x89PNG and so on";
    let hash = format!("{:x}", Sha256::digest(PICTURE));
    let other = format!("{:x}", Sha256::digest(b"something else"));
    let fake = Fake::answering(|seen| match seen.header("x-forwarded-for") {
        Some("192.0.2.1") => (200, vec![("content-type", "text/html".into())], PICTURE.into()),
        Some("192.0.2.2") => problem(404),
        _ => (200, vec![("content-type", "image/png".into())], PICTURE.into()),
    })
    .await;
    let product = peers(&fake).product;
    let media = product.media(Caller::nobody(), &hash).await.unwrap();
    assert_eq!((&media.bytes[..], media.content_type), (PICTURE, "image/png"));
    assert_eq!(line(&fake), format!("GET /media/{hash}"));
    let at = |address: &str| Caller::nobody().at(address.parse().unwrap());
    for (caller, hash) in [(at("192.0.2.1"), &hash), (at("192.0.2.3"), &other)] {
        let error = product.media(caller, hash).await.unwrap_err();
        assert!(matches!(&error, CallError::Unavailable(it) if it.cause == Cause::Garbage), "{error}");
    }
    let error = product.media(at("192.0.2.2"), &hash).await.unwrap_err();
    assert!(error.refused_with(404).is_some(), "{error}");
}

#[tokio::test]
async fn baskets_and_orders() {
    let fake = Fake::start().await;
    let order = peers(&fake).order;
    assert_eq!(order.basket(staff()).await.unwrap().unwrap().id, 9);
    assert_eq!(line(&fake), "GET /api/order");

    let merge = Merge {
        merge_id: Uuid::from_u128(5),
        changes: vec![Change { product_id: 3, add: Some(2), set: None }],
    };
    assert!(order.merge(staff(), &merge).await.unwrap().not_applied.is_empty());
    assert_eq!(line(&fake), "POST /api/order/merge");
    assert_eq!(
        fake.last().json(),
        value!({"merge_id": Uuid::from_u128(5), "changes": [{"product_id": 3, "add": 2}]})
    );

    let mut checkout = Checkout {
        idempotency_key: Uuid::from_u128(6),
        expected_total: None,
        delivery_name: None,
        delivery_address: None,
    };
    order.checkout(staff(), &checkout).await.unwrap();
    assert_eq!(fake.last().json(), value!({"idempotency_key": Uuid::from_u128(6)}));
    checkout.expected_total = Some(0);
    checkout.delivery_address = Some("Street 1\nTown".into());
    order.checkout(staff(), &checkout).await.unwrap();
    assert_eq!(line(&fake), "POST /api/order/checkout");
    assert_eq!(
        fake.last().json(),
        value!({"idempotency_key": Uuid::from_u128(6), "expected_total": 0, "delivery_address": "Street 1\nTown"})
    );

    let query =
        OrderQuery { state: Some(OrderState::Confirmed), is_mine: true, limit: Some(20), after: Some("40") };
    order.orders(staff(), query).await.unwrap();
    assert_eq!(line(&fake), "GET /api/orders?state=confirmed&mine=true&limit=20&after=40");
    order.order(staff(), 9).await.unwrap();
    assert_eq!(line(&fake), "GET /api/order/9");
    order.cancel(staff(), 9).await.unwrap();
    assert_eq!(line(&fake), "POST /api/order/9/cancel");
    order.fulfil(staff(), 9).await.unwrap();
    assert_eq!(line(&fake), "POST /api/order/9/fulfil");
}

#[tokio::test]
async fn an_empty_basket_is_none_and_an_answer_about_nothing_is_garbage() {
    let empty = Fake::answering(|_| json(200, &value!({"message": "No order found"}))).await;
    assert!(peers(&empty).order.basket(staff()).await.unwrap().is_none());
    let nothing = Fake::answering(|_| json(200, &value!({}))).await;
    let error = peers(&nothing).order.basket(staff()).await.unwrap_err();
    assert!(matches!(&error, CallError::Unavailable(it) if it.cause == Cause::Garbage), "{error}");
}
