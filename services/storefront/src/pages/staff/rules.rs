//! `/staff/rules`: which rules of the shop hold now.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use chassis::shutdown::Shutdown;

use super::door::Inside;
use crate::shop::Shop;
use crate::staff::rules::{Seen, Situation};
use crate::texts::{ages, staff as text};
use crate::views::Health;
use crate::views::staff::{RulesPage, Survey};

/// How often the parts are looked at, so that changes are dated though nobody reads the page.
const EVERY: Duration = Duration::from_secs(1);

pub(super) async fn show(Inside(mut visit): Inside) -> Response {
    let survey = survey(&visit.shop);
    let view = RulesPage { page: visit.page(text::rules::TITLE), survey };
    visit.show(StatusCode::OK, &view)
}

/// Dates the changes of the parts until the process drains.
pub(crate) async fn watch(shop: Arc<Shop>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(EVERY);
    while shutdown.unless_draining(ticks.tick()).await.is_some() {
        shop.history.observe(&situation(&shop), shop.clock.now_unix_ms());
    }
}

/// How the shop fares at this moment.
pub(super) fn survey(shop: &Shop) -> Survey {
    let situation = situation(shop);
    let past = shop.history.observe(&situation, shop.clock.now_unix_ms());
    let copy = shop.catalogue.age().map(|age| (ages::ago(age), shop.catalogue.len()));
    Survey::new(&situation, &past, copy, &shop.look.format)
}

fn situation(shop: &Shop) -> Situation {
    let parts = shop.parts();
    Situation {
        user: seen(parts.user),
        product: seen(parts.product),
        order: seen(parts.order),
        has_copy: shop.catalogue.is_known(),
    }
}

fn seen(health: Health) -> Seen {
    match health {
        Health::Up => Seen::Up,
        Health::Down => Seen::Down,
        Health::Unknown => Seen::Unknown,
    }
}
