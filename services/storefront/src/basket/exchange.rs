//! What goes to the order service, and what comes back.

use contract::{
    Timestamp,
    order::{Item, Merge, Merged, NotApplied, Order},
};
use uuid::Uuid;

use super::{
    Basket,
    batch::Batch,
    change::{Change, Line, MAX_LINES, MAX_QUANTITY},
    value::Mirror,
};

/// What did not fit is told of so many products at most.
pub(super) const MAX_NOTES: usize = 20;

/// A basket that is seen again unchanged is not said to be seen later more often than this: so that a page
/// that only looks does not set a cookie, and cannot undo a change that another tab makes meanwhile.
const SEEN_STEP_MS: u64 = 60_000;

impl Basket {
    /// Whether changes wait to be handed over. A guest's basket waits for the login only.
    pub(crate) fn has_pending(&self) -> bool {
        self.owner.is_some() && !self.pending.is_empty()
    }

    /// What to send to the order service next. Changes go one batch after the other, each until there is an
    /// answer; so `None` also as long as it is a guest's, or was until this request.
    pub(crate) fn next_to_send(&self) -> Option<Merge> {
        if self.owner.is_none() || self.has_just_changed_hands {
            return None;
        }
        self.pending.first().map(Batch::to_wire)
    }

    /// The batch was sent and may have taken effect: from now on it stays as it is.
    pub(crate) fn sent(&mut self, merge_id: Uuid) {
        self.pending
            .iter_mut()
            .filter(|batch| batch.merge_id == merge_id)
            .for_each(|batch| batch.is_sent = true);
    }

    /// The order service has taken the batch: its answer is the basket now.
    pub(crate) fn settled(&mut self, merge_id: Uuid, merged: &Merged, now: Timestamp) {
        self.pending.retain(|batch| batch.merge_id != merge_id);
        self.notes.extend(merged.not_applied.iter().cloned());
        self.notes.dedup();
        self.notes.truncate(MAX_NOTES);
        self.see(merged.result.as_ref(), now);
    }

    /// Drops a batch that the order service refuses to understand, and tells what was in it. Sending it again
    /// would not help, and would hold up all others.
    pub(crate) fn give_up(&mut self, merge_id: Uuid) -> Vec<Change> {
        let (given_up, kept) = self.pending.drain(..).partition(|batch| batch.merge_id == merge_id);
        self.pending = kept;
        let given_up: Vec<Batch> = given_up;
        given_up.into_iter().flat_map(|batch| batch.changes).collect()
    }

    /// The order service shows the user's open order (none if it is empty). False, and nothing is taken over,
    /// as long as a batch that was sent is in doubt, since it may or may not be in there already; and if it is
    /// another user's.
    pub(crate) fn adopt(&mut self, open: Option<&Order>, now: Timestamp) -> bool {
        let is_ours = self.owner.is_some() && open.is_none_or(|order| Some(order.user_id) == self.owner);
        let is_certain = self.pending.iter().all(|batch| !batch.is_sent);
        if is_ours && is_certain {
            self.see(open, now);
        }
        is_ours && is_certain
    }

    fn see(&mut self, open: Option<&Order>, now: Timestamp) {
        let items = open.map_or(&[][..], |order| &order.items);
        let lines: Vec<Line> = items.iter().filter_map(line).take(MAX_LINES).collect();
        let is_news = self.mirror.as_ref().is_none_or(|mirror| {
            mirror.lines != lines || mirror.seen_at.unix_ms().abs_diff(now.unix_ms()) >= SEEN_STEP_MS
        });
        if is_news {
            self.mirror = Some(Mirror { lines, seen_at: now });
        }
    }

    /// What did not fit, to be told once.
    pub(crate) fn take_notes(&mut self) -> Vec<NotApplied> {
        std::mem::take(&mut self.notes)
    }
}

/// A line as the order service shows it; none of what could not be a line.
fn line(item: &Item) -> Option<Line> {
    let is_line = item.product >= 1 && (1..=MAX_QUANTITY).contains(&item.quantity);
    let unit_price = Some(item.unit_price).filter(|price| *price >= 0);
    is_line.then_some(Line { product_id: item.product, quantity: item.quantity, unit_price })
}
