//! `/checkout`: the last look, and the order itself, which is placed at most once.

use axum::http::StatusCode;
use axum::response::Response;
use client::{CallError, Checkout, OrderQuery, Refused};
use uuid::Uuid;

use super::lines::{self, Lines};
use super::orders::is_past_of;
use crate::flash::Code;
use crate::texts;
use crate::typed::{Typed, Unreadable};
use crate::views::{CheckoutPage, CheckoutState, FormErrors, Part};
use crate::visit::{Access, Seen, Visit};

/// What the form said.
#[derive(Default)]
struct Wish {
    /// False if nothing was sent yet.
    is_sent: bool,
    key: Option<Uuid>,
    /// What the shopper was shown, in minor units.
    expected_total: Option<i64>,
    delivery_name: String,
    delivery_address: String,
}

/// What became of a checkout.
enum Outcome {
    /// It is this order.
    Placed(i64),
    /// There is nothing in the basket.
    Empty,
    /// The basket costs something else than was shown; both in minor units.
    TotalChanged { was: i64, now: i64 },
    /// Some fields are wrong, or something else about it.
    Wrong(Box<Refused>),
    /// Whoever asked is not logged in any more.
    NotLoggedIn,
    /// It may have been placed.
    NotKnown,
    /// It was not placed: the order service is down.
    Paused,
}

pub(super) async fn show(mut visit: Visit) -> Response {
    let seen = visit.look_at_basket().await;
    if let Some(response) = went_through(&mut visit, &seen).await {
        return response;
    }
    let state = match seen {
        Seen::Guest => return visit.log_in_first(),
        Seen::Resting => CheckoutState::AccountsResting,
        Seen::Paused => CheckoutState::OrdersPaused,
        Seen::Live(_) => CheckoutState::Ready,
    };
    let is_in_doubt = visit.kept.basket.checkout_in_doubt().is_some();
    let state = if is_in_doubt { CheckoutState::NotKnown } else { state };
    page(&mut visit, StatusCode::OK, &seen, Wish::default(), state, FormErrors::none()).await
}

pub(super) async fn send(mut visit: Visit, mut typed: Typed) -> Response {
    let expected_total = typed.sent("expected_total");
    let wish = Wish {
        is_sent: true,
        key: typed.value("idempotency_key"),
        expected_total: expected_total.unwrap_or_default(),
        delivery_name: typed.text("delivery_name"),
        delivery_address: typed.text("delivery_address"),
    };
    match visit.access() {
        Access::Guest => return visit.log_in_and_then("/checkout"),
        Access::Resting => return again(&mut visit, wish, CheckoutState::AccountsResting).await,
        Access::LoggedIn => {}
    }
    if visit.hand_over().await.is_stopped {
        let state = match visit.access() {
            Access::Guest => return visit.log_in_and_then("/checkout"),
            Access::Resting => CheckoutState::AccountsResting,
            Access::LoggedIn => CheckoutState::OrdersPaused,
        };
        return again(&mut visit, wish, state).await;
    }
    if expected_total == Err(Unreadable) {
        // What the shopper agreed to is not known, so nothing can be ordered for it.
        let seen = visit.look_at_basket().await;
        let errors = FormErrors::general(texts::basket::TOTAL_UNREADABLE);
        return page(&mut visit, StatusCode::BAD_REQUEST, &seen, wish, CheckoutState::Ready, errors).await;
    }
    let key = wish.key.unwrap_or_else(|| visit.kept.basket.checkout_key(Uuid::new_v4()));
    let wish = Wish { key: Some(key), ..wish };
    let outcome = place(&mut visit, key, &wish).await;
    answer(visit, key, wish, outcome).await
}

async fn place(visit: &mut Visit, key: Uuid, wish: &Wish) -> Outcome {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let checkout = &Checkout {
        idempotency_key: key,
        expected_total: wish.expected_total,
        delivery_name: said(&wish.delivery_name),
        delivery_address: said(&wish.delivery_address),
    };
    let service = &visit.shop.peers.order.clone();
    visit.take_more_time();
    match visit.ask(|me| async move { service.checkout(me.caller(), checkout).await }).await {
        Ok(order) => Outcome::Placed(order.id),
        Err(error) => outcome(error),
    }
}

/// What it means that a checkout was not answered with an order.
fn outcome(error: CallError) -> Outcome {
    let refused = match error {
        CallError::Unavailable(unavailable) if unavailable.may_have_happened => return Outcome::NotKnown,
        CallError::Unavailable(_) => return Outcome::Paused,
        CallError::Refused(refused) => refused,
    };
    let number = |member: &str| refused.problem.extensions.get(member).and_then(serde_json::Value::as_i64);
    match refused.status {
        401 => Outcome::NotLoggedIn,
        409 => match (number("expected_total"), number("total")) {
            (Some(was), Some(now)) => Outcome::TotalChanged { was, now },
            _ if refused.problem.message == texts::flash::NO_ORDER => Outcome::Empty,
            _ => Outcome::Wrong(Box::new(refused)),
        },
        // The key has placed an order already: what was pressed before went through.
        422 => match number("order_id") {
            Some(order_id) => Outcome::Placed(order_id),
            None => Outcome::Wrong(Box::new(refused)),
        },
        _ => Outcome::Wrong(Box::new(refused)),
    }
}

async fn answer(mut visit: Visit, key: Uuid, wish: Wish, outcome: Outcome) -> Response {
    let now = visit.shop.now();
    let basket = &mut visit.kept.basket;
    match outcome {
        Outcome::Placed(id) => {
            basket.checked_out(now);
            visit.go(&thank_you(id))
        }
        Outcome::Empty => {
            basket.checkout_refused();
            visit.go_saying("/basket", Code::NothingToOrder)
        }
        Outcome::NotLoggedIn => match visit.access() {
            Access::Resting => again(&mut visit, wish, CheckoutState::AccountsResting).await,
            Access::Guest | Access::LoggedIn => visit.log_in_and_then("/checkout"),
        },
        Outcome::TotalChanged { was, now } => {
            basket.checkout_refused();
            let format = &visit.shop.look.format;
            let state = CheckoutState::TotalChanged { was: format.money(was), now: format.money(now) };
            let seen = visit.look_at_basket().await;
            let wish = Wish { expected_total: Some(now), ..wish };
            page(&mut visit, StatusCode::CONFLICT, &seen, wish, state, FormErrors::none()).await
        }
        Outcome::Wrong(refused) => {
            basket.checkout_refused();
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            let errors = FormErrors::from_problem(&refused.problem, &CheckoutPage::FIELDS);
            let seen = visit.look_at_basket().await;
            page(&mut visit, status, &seen, wish, CheckoutState::Ready, errors).await
        }
        Outcome::NotKnown => {
            basket.checkout_lost(key);
            again(&mut visit, wish, CheckoutState::NotKnown).await
        }
        Outcome::Paused => {
            // It was not sent this time; but what about the time before?
            let is_in_doubt = basket.checkout_in_doubt() == Some(key);
            let state = if is_in_doubt { CheckoutState::NotKnown } else { CheckoutState::OrdersPaused };
            again(&mut visit, wish, state).await
        }
    }
}

/// The form as it was sent, to be sent again.
async fn again(visit: &mut Visit, wish: Wish, state: CheckoutState) -> Response {
    let seen = if state == CheckoutState::AccountsResting { Seen::Resting } else { Seen::Paused };
    page(visit, StatusCode::SERVICE_UNAVAILABLE, &seen, wish, state, FormErrors::none()).await
}

async fn page(
    visit: &mut Visit,
    status: StatusCode,
    seen: &Seen,
    wish: Wish,
    state: CheckoutState,
    errors: FormErrors,
) -> Response {
    let Lines { lines, total } = lines::of(visit, seen).await;
    if lines.is_empty() && state != CheckoutState::NotKnown {
        return visit.go_saying("/basket", Code::NothingToOrder);
    }
    // What was shown is what is charged: a form that is sent again says the total of the first time.
    let expected_total = wish.expected_total.or(total).unwrap_or_default();
    let key = wish.key.unwrap_or_else(|| visit.kept.basket.checkout_key(Uuid::new_v4()));
    let mut page = visit.page(texts::basket::CHECKOUT_TITLE);
    match &state {
        CheckoutState::OrdersPaused => page.notice(Part::Order, texts::degraded::ORDERS),
        CheckoutState::AccountsResting => page.notice(Part::User, texts::degraded::ACCOUNTS),
        CheckoutState::Ready | CheckoutState::NotKnown | CheckoutState::TotalChanged { .. } => {}
    }
    let view = CheckoutPage {
        page,
        lines,
        total: visit.shop.look.format.money(expected_total),
        expected_total,
        idempotency_key: key.to_string(),
        delivery_name: wish.delivery_name,
        delivery_address: wish.delivery_address,
        state,
        is_answer: wish.is_sent,
        errors,
    };
    visit.show(status, &view)
}

/// How many of the visitor's newest orders are looked at: the newest may be a basket that is open again.
const NEWEST: u32 = 2;

/// If a checkout whose answer was lost has emptied the basket, it went through: on to its order, the visitor's
/// newest. If that one is of other pieces, the basket was emptied in another way, and nothing was ordered.
pub(super) async fn went_through(visit: &mut Visit, seen: &Seen) -> Option<Response> {
    visit.kept.basket.checkout_in_doubt()?;
    if !matches!(seen, Seen::Live(None)) {
        return None;
    }
    let service = &visit.shop.peers.order.clone();
    let query = OrderQuery { is_mine: true, limit: Some(NEWEST), ..OrderQuery::default() };
    let newest = visit.ask(|me| async move { service.orders(me.caller(), query).await }).await.ok()?;
    let user_id = visit.principal().map(|it| it.user_id);
    let own = newest.items.iter().find(|order| is_past_of(order, user_id));
    match own {
        Some(order) if visit.kept.basket.is_in_doubt_about(order) => {
            let now = visit.shop.now();
            visit.kept.basket.checked_out(now);
            Some(visit.go(&thank_you(order.id)))
        }
        Some(_) | None => {
            visit.kept.basket.checkout_refused();
            None
        }
    }
}

fn thank_you(order_id: i64) -> String {
    format!("/order/thank-you?order={order_id}")
}

#[cfg(test)]
mod tests {
    use super::{Outcome, outcome};
    use client::{CallError, Cause, Refused, Unavailable};
    use contract::Problem;
    use serde_json::{Value, json};

    fn refused(status: u16, message: &str, extensions: Value) -> CallError {
        let problem = Problem {
            type_: String::new(),
            title: String::new(),
            status,
            detail: None,
            instance: None,
            message: message.to_owned(),
            errors: Vec::new(),
            trace_id: None,
            extensions: serde_json::from_value(extensions).expect("an object"),
        };
        CallError::Refused(Refused { status, problem: Box::new(problem), retry_after: None })
    }

    fn silent(may_have_happened: bool) -> CallError {
        CallError::Unavailable(Unavailable { peer: "order", cause: Cause::TimedOut, may_have_happened })
    }

    #[test]
    fn only_a_checkout_that_surely_was_not_sent_counts_as_not_placed() {
        assert!(matches!(outcome(silent(true)), Outcome::NotKnown));
        assert!(matches!(outcome(silent(false)), Outcome::Paused));
    }

    #[test]
    fn a_no_is_told_by_what_it_says() {
        let changed =
            outcome(refused(409, "The total has changed", json!({"expected_total": 5, "total": 7})));
        assert!(matches!(changed, Outcome::TotalChanged { was: 5, now: 7 }));
        assert!(matches!(outcome(refused(409, "No order found", json!({}))), Outcome::Empty));
        assert!(matches!(outcome(refused(409, "The basket costs too much", json!({}))), Outcome::Wrong(_)));
        assert!(matches!(outcome(refused(422, "…", json!({"order_id": 17}))), Outcome::Placed(17)));
        assert!(matches!(outcome(refused(422, "…", json!({}))), Outcome::Wrong(_)));
        assert!(matches!(outcome(refused(401, "Not logged in", json!({}))), Outcome::NotLoggedIn));
        assert!(matches!(outcome(refused(400, "…", json!({}))), Outcome::Wrong(_)));
    }
}
