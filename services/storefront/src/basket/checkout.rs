//! The key that makes a checkout place one order, however often it is sent.

use contract::{Timestamp, order::Order};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Basket, value::Mirror};

/// A checkout that was shown, or was sent and not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checkout {
    /// The idempotency key.
    pub(super) key: Uuid,
    /// The pieces that it is for.
    pub(super) pieces: Pieces,
    /// Whether it was sent and the answer was lost.
    pub(super) is_in_doubt: bool,
}

/// A digest of products and their quantities. Prices are left out: they change by themselves, and the order
/// service compares the total that was shown.
pub(super) type Pieces = [u8; 8];

impl Basket {
    /// The key for a checkout of the basket as it is shown now: the same as long as its pieces are the same,
    /// otherwise `fresh`. So a repeated checkout, from whatever page, places one order.
    pub(crate) fn checkout_key(&mut self, fresh: Uuid) -> Uuid {
        let pieces = self.pieces_now();
        match self.checkout {
            Some(known) if known.pieces == pieces => known.key,
            _ => {
                self.checkout = Some(Checkout { key: fresh, pieces, is_in_doubt: false });
                fresh
            }
        }
    }

    /// The checkout under this key was sent, and what became of it is not known.
    pub(crate) fn checkout_lost(&mut self, key: Uuid) {
        let pieces = self.pieces_now();
        self.checkout = Some(Checkout { key, pieces, is_in_doubt: true });
    }

    /// Whether the order is of the pieces of a checkout whose answer was lost.
    pub(crate) fn is_in_doubt_about(&self, order: &Order) -> bool {
        let ordered = pieces(order.items.iter().map(|item| (item.product, item.quantity)));
        self.checkout.is_some_and(|checkout| checkout.is_in_doubt && checkout.pieces == ordered)
    }

    /// The key of a checkout whose answer was lost, until it is known what became of it.
    pub(crate) fn checkout_in_doubt(&self) -> Option<Uuid> {
        self.checkout.filter(|checkout| checkout.is_in_doubt).map(|checkout| checkout.key)
    }

    /// The order service has answered: nothing was placed, and the key may be used again.
    pub(crate) fn checkout_refused(&mut self) {
        if let Some(checkout) = &mut self.checkout {
            checkout.is_in_doubt = false;
        }
    }

    /// The order is placed and the basket empty, but for changes that were made meanwhile.
    pub(crate) fn checked_out(&mut self, now: Timestamp) {
        self.checkout = None;
        self.mirror = Some(Mirror { lines: Vec::new(), seen_at: now });
    }

    fn pieces_now(&self) -> Pieces {
        pieces(self.lines().iter().map(|line| (line.product_id, line.quantity)))
    }
}

/// Of products and their quantities, in whatever order.
fn pieces(lines: impl Iterator<Item = (i64, i64)>) -> Pieces {
    let mut pieces: Vec<(i64, i64)> = lines.collect();
    pieces.sort_unstable();
    let mut digest = Sha256::new();
    for (product_id, quantity) in pieces {
        digest.update(product_id.to_be_bytes());
        digest.update(quantity.to_be_bytes());
    }
    let digest: [u8; 32] = digest.finalize().into();
    std::array::from_fn(|place| digest[place])
}
