//! The basket and what may happen to it.

use contract::{Timestamp, order::NotApplied};
use uuid::Uuid;

use super::{
    batch::Batch,
    change::{Change, Limit, Line, Shortfall},
    checkout::Checkout,
    encoding,
};

/// Batches that may wait. Each request's changes are a batch of their own; when more wait, the newest are
/// summed up. It bounds the cookie, and how many calls the order service gets when it is back.
pub(super) const MAX_BATCHES: usize = 16;

/// A shopper's basket. The default one is a guest's, empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Basket {
    /// Whose it is; a guest's if nobody's.
    pub(super) owner: Option<i64>,
    /// What the order service last said; none if it was not asked yet. A guest has none.
    pub(super) mirror: Option<Mirror>,
    /// What it has not said yes to, the oldest first. A guest has at most one batch, of additions.
    pub(super) pending: Vec<Batch>,
    /// What did not fit, until a page has told it.
    pub(super) notes: Vec<NotApplied>,
    pub(super) checkout: Option<Checkout>,
    /// Not in the cookie: it was the guest's until this request. Nothing may be sent before the browser has
    /// shown that it knows whose the basket is; else it could come back as a guest's that grows on, under an
    /// id that was used up.
    pub(super) has_just_changed_hands: bool,
}

/// The basket as the order service last showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) lines: Vec<Line>,
    pub(super) seen_at: Timestamp,
}

impl Basket {
    /// Puts pieces into the basket; all changes of one request share a new `merge_id`. Tells what does not
    /// fit: of a user's basket that is a guess from what was last seen, since the order service decides.
    pub(crate) fn add(&mut self, product_id: i64, pieces: i64, merge_id: Uuid) -> Option<Shortfall> {
        self.change(Change::add(product_id, pieces), merge_id)
    }

    /// Sets a line's quantity; 0 takes it out. The rest is as in [`Self::add`].
    pub(crate) fn set(&mut self, product_id: i64, quantity: i64, merge_id: Uuid) -> Option<Shortfall> {
        self.change(Change::set(product_id, quantity), merge_id)
    }

    pub(super) fn change(&mut self, change: Change, merge_id: Uuid) -> Option<Shortfall> {
        let (change, is_cut) = change.bounded()?;
        let mut lines = self.lines();
        let limit = change.apply(&mut lines).or(is_cut.then_some(Limit::Quantity));
        let is_kept = match self.owner {
            Some(_) => self.keep_pending(change, merge_id),
            None => self.keep_as_guest(&lines, merge_id),
        };
        let limit = if is_kept { limit } else { Some(Limit::Pending) };
        limit.map(|limit| Shortfall { product_id: change.product_id, limit })
    }

    /// A user's change waits in the batch of its request. Others are left alone as long as there is room:
    /// they may have been sent by a request whose answer the browser never got.
    fn keep_pending(&mut self, change: Change, merge_id: Uuid) -> bool {
        let before = self.pending.clone();
        match self.pending.last_mut() {
            Some(last) if last.merge_id == merge_id && !last.is_sent => last.fold(change),
            _ => self.pending.push(Batch::new(merge_id, vec![change])),
        }
        while !self.pending_fits() {
            if !self.sum_up_newest() {
                self.pending = before;
                return false;
            }
        }
        true
    }

    fn pending_fits(&self) -> bool {
        self.pending.len() <= MAX_BATCHES && encoding::pending_fits(&self.pending)
    }

    /// Makes one of the two newest batches, under the id of the older one. Never of the oldest of all: that
    /// one goes out next, and is the only one that may have gone out.
    fn sum_up_newest(&mut self) -> bool {
        let [_, .., older, newest] = &mut self.pending[..] else { return false };
        newest.changes.drain(..).for_each(|change| older.fold(change));
        self.pending.pop();
        true
    }

    /// A guest's basket is one batch of additions, made anew from its lines.
    fn keep_as_guest(&mut self, lines: &[Line], merge_id: Uuid) -> bool {
        let merge_id = self.pending.first().map_or(merge_id, |batch| batch.merge_id);
        let additions = lines.iter().map(|line| Change::add(line.product_id, line.quantity)).collect();
        let batch = Batch::new(merge_id, additions);
        let pending = if lines.is_empty() { vec![] } else { vec![batch] };
        let fits = encoding::pending_fits(&pending);
        if fits {
            self.pending = pending;
        }
        fits
    }

    /// The lines as they will be: what was last seen, with the changes that wait. Prices are those that were
    /// last seen; a line that the order service has not priced yet has none.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = self.mirror.as_ref().map_or_else(Vec::new, |mirror| mirror.lines.clone());
        for change in self.pending.iter().flat_map(|batch| &batch.changes) {
            change.apply(&mut lines);
        }
        lines
    }

    /// Pieces in the basket, as they will be.
    pub(crate) fn pieces(&self) -> i64 {
        self.lines().iter().map(|line| line.quantity).sum()
    }

    /// Pieces of one product, as they will be.
    #[cfg(test)]
    pub(crate) fn quantity(&self, product_id: i64) -> i64 {
        self.lines().iter().find(|line| line.product_id == product_id).map_or(0, |line| line.quantity)
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_blank(&self) -> bool {
        *self == Self { owner: self.owner, ..Self::default() }
    }

    /// Whose it is; none for a guest's.
    #[cfg(test)]
    pub(crate) fn owner(&self) -> Option<i64> {
        self.owner
    }

    /// When the order service last showed it; none if it has not, or if a guest's.
    #[cfg(test)]
    pub(crate) fn seen_at(&self) -> Option<Timestamp> {
        self.mirror.as_ref().map(|mirror| mirror.seen_at)
    }

    /// The basket of somebody who logs in: a guest's becomes theirs and waits to be handed over, their own
    /// stays, somebody else's is gone.
    pub(crate) fn log_in(&mut self, user_id: i64) {
        match self.owner {
            Some(owner) if owner == user_id => {}
            Some(_) => *self = Self { owner: Some(user_id), ..Self::default() },
            None => {
                let guest = std::mem::take(self);
                let has_just_changed_hands = !guest.pending.is_empty();
                *self = Self { owner: Some(user_id), has_just_changed_hands, ..guest };
            }
        }
    }

    /// Everything gone.
    pub(crate) fn log_out(&mut self) {
        *self = Self::default();
    }

    /// The basket as far as it is this visitor's; `user_id` is none of a guest. A basket and a session that
    /// do not belong together come from answers that overtook each other, or from somebody who knows how to
    /// edit cookies.
    pub(crate) fn of_visitor(mut self, user_id: Option<i64>) -> Self {
        match user_id {
            Some(user_id) => self.log_in(user_id),
            None if self.owner.is_some() => self.log_out(),
            None => {}
        }
        self
    }
}
