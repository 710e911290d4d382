//! The states of an order, and what moves it from one to the next.

use contract::order::OrderState;

/// Something that happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The shopper checked out.
    CheckedOut,
    /// The product service reserved every line.
    StockReserved,
    /// The product service could not reserve every line.
    StockRefused,
    /// The owner or staff gave the order up.
    Cancelled,
    /// Staff handed the order over.
    Fulfilled,
}

/// What an event does to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The order moves on.
    To(OrderState),
    /// It happened before: nothing changes, and nothing is wrong.
    Repeated,
    /// It does not apply to an order in this state.
    Impossible,
}

/// What `event` does to an order in `state`.
pub fn step(state: OrderState, event: Event) -> Step {
    use OrderState::{Cancelled, Confirmed, Fulfilled, Open, Placed, Refused};
    match (state, event) {
        (Open, Event::CheckedOut) => Step::To(Placed),
        (Placed, Event::StockReserved) => Step::To(Confirmed),
        (Placed, Event::StockRefused) => Step::To(Refused),
        (Placed | Confirmed, Event::Cancelled) => Step::To(Cancelled),
        (Confirmed, Event::Fulfilled) => Step::To(Fulfilled),
        (Confirmed, Event::StockReserved)
        | (Refused, Event::StockRefused)
        | (Cancelled, Event::Cancelled)
        | (Fulfilled, Event::Fulfilled) => Step::Repeated,
        _ => Step::Impossible,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Event::{self, CheckedOut, StockRefused, StockReserved},
        Step::{self, Impossible, Repeated, To},
        step,
    };
    use contract::order::OrderState::{self, Cancelled, Confirmed, Fulfilled, Open, Placed, Refused};

    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let events = [CheckedOut, StockReserved, StockRefused, Event::Cancelled, Event::Fulfilled];
        let table: [(_, [Step; 5]); 6] = [
            (Open, [To(Placed), Impossible, Impossible, Impossible, Impossible]),
            (Placed, [Impossible, To(Confirmed), To(Refused), To(Cancelled), Impossible]),
            (Confirmed, [Impossible, Repeated, Impossible, To(Cancelled), To(Fulfilled)]),
            (Refused, [Impossible, Impossible, Repeated, Impossible, Impossible]),
            (Fulfilled, [Impossible, Impossible, Impossible, Impossible, Repeated]),
            (Cancelled, [Impossible, Impossible, Impossible, Repeated, Impossible]),
        ];
        assert_eq!(table.map(|(state, _)| state).len(), OrderState::ALL.len());
        for (state, row) in table {
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(step(state, event), expected, "{state:?} met {event:?}");
            }
        }
    }
}
