//! Handing over what waits: one batch after the other, until none is left or one cannot be sent.

use contract::{
    Timestamp,
    order::{Merge, Merged},
};

use super::{Basket, Change};

/// Why a batch was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// Surely nothing has happened: not reached, or the token is not believed any more.
    NothingHappened,
    /// It may have taken effect: no answer came.
    Unknown,
    /// The order service does not understand it, and never will.
    Refused,
}

/// What came of handing over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HandedOver {
    /// Why something still waits.
    pub(crate) stopped_by: Option<Unsent>,
    /// Changes that were given up, since the order service refuses them.
    pub(crate) given_up: Vec<Change>,
}

/// Sends what waits by `send`, in order. The basket afterwards is what the cookie has to hold.
pub(crate) async fn hand_over<Send, Sending>(basket: &mut Basket, now: Timestamp, send: Send) -> HandedOver
where
    Send: Fn(Merge) -> Sending,
    Sending: Future<Output = Result<Merged, Unsent>>,
{
    let mut handed_over = HandedOver::default();
    while let Some(merge) = basket.next_to_send() {
        let merge_id = merge.merge_id;
        match send(merge).await {
            Ok(merged) => basket.settled(merge_id, &merged, now),
            Err(Unsent::Refused) => handed_over.given_up.extend(basket.give_up(merge_id)),
            Err(unsent) => {
                if unsent == Unsent::Unknown {
                    basket.sent(merge_id);
                }
                handed_over.stopped_by = Some(unsent);
                break;
            }
        }
    }
    handed_over
}
