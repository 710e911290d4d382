//! What the order and the product service have told each other, in full: every fact once.

use std::collections::BTreeMap;

use contract::event::CloudEvent;

use crate::replica::Replica;
use crate::service::internal;

/// Events asked for at once: the most that a feed gives.
const PAGE: usize = 1000;

/// What was told of one order: how often it was placed, answered, cancelled and fulfilled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    placed: usize,
    answered: usize,
    cancelled: usize,
    fulfilled: usize,
}

impl Told {
    fn count(&mut self, event_type: &str) {
        match event_type.trim_start_matches("dev.shopkeeper.") {
            "order.placed" => self.placed += 1,
            "stock.reserved" | "stock.refused" => self.answered += 1,
            "order.cancelled" => self.cancelled += 1,
            "order.fulfilled" => self.fulfilled += 1,
            _ => {}
        }
    }

    /// An order is placed once and answered once, and ends at most once.
    fn is_right(self) -> bool {
        self.placed == 1 && self.answered == 1 && self.cancelled + self.fulfilled <= 1
    }
}

/// What was told of each order, by its uid.
pub(crate) type ByOrder = BTreeMap<String, Told>;

/// Reads both feeds from their beginning.
pub(crate) async fn read(
    http: &reqwest::Client,
    order: &Replica,
    product: &Replica,
) -> anyhow::Result<ByOrder> {
    let mut told = ByOrder::new();
    for replica in [order, product] {
        let mut after = 0;
        loop {
            let path = format!("/internal/events?after={after}&limit={PAGE}");
            let events: Vec<CloudEvent> = internal(http, replica, &path).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            for event in &events {
                if let Some(uid) = event.data["order_uid"].as_str() {
                    told.entry(uid.to_owned()).or_default().count(&event.type_);
                }
            }
        }
    }
    Ok(told)
}

/// Orders of which something was told twice or not at all, in sentences.
pub(crate) fn wrong(told: &ByOrder) -> Vec<String> {
    let wrong = told.iter().filter(|(_, told)| !told.is_right());
    wrong
        .map(|(uid, told)| format!("the feeds do not tell each fact of order {uid} once: {told:?}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ByOrder, Told, wrong};

    const RIGHT: Told = Told { placed: 1, answered: 1, cancelled: 1, fulfilled: 0 };

    #[test]
    fn every_fact_is_told_once() {
        assert!(wrong(&ByOrder::from([("a".into(), RIGHT)])).is_empty());
        for cheat in [
            Told { placed: 2, ..RIGHT },
            Told { answered: 0, ..RIGHT },
            Told { answered: 2, ..RIGHT },
            Told { fulfilled: 1, ..RIGHT },
        ] {
            assert_eq!(wrong(&ByOrder::from([("a".into(), cheat)])).len(), 1, "{cheat:?}");
        }
    }
}
