//! What becomes of an order's wish for stock, whatever is told, in whatever order, however often.

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The pieces are held for the order.
    Reserved,
    /// They could not be had; nothing is held.
    Refused,
    /// The order was given up; nothing is held any more.
    Released,
    /// The order was given up before we heard that it was placed; nothing was ever held.
    Withdrawn,
    /// The pieces have left the shop.
    Sold,
}

/// What the order service has told of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Placed,
    Cancelled,
    Fulfilled,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Nothing,
    /// Hold the pieces, all or none, and tell which.
    Reserve,
    /// Tell again that the pieces are held: whoever asks again has lost the answer.
    RepeatReserved,
    /// Tell again which lines were refused.
    RepeatRefused,
    /// Put the held pieces back.
    Release,
    /// Turn the held pieces into sold ones.
    Sell,
    /// Keep in mind that the order has ended, for the case that its beginning is told later.
    Remember(State),
}

/// The action that an event asks for; `None` is an order that was never heard of.
pub fn decide(known: Option<State>, event: Event) -> Action {
    use {Action as Do, Event::*, State::*};
    match (known, event) {
        // An order that was given up is told as placed again if the order service was put back to before that.
        (None | Some(Released), Placed) => Do::Reserve,
        (None, Cancelled) => Do::Remember(Withdrawn),
        (None, Fulfilled) => Do::Remember(Sold),
        (Some(Reserved), Placed) => Do::RepeatReserved,
        (Some(Reserved), Cancelled) => Do::Release,
        (Some(Reserved), Fulfilled) => Do::Sell,
        (Some(Refused), Placed) => Do::RepeatRefused,
        // The pieces are the order's already.
        (Some(Sold), Placed) => Do::RepeatReserved,
        (Some(Refused | Released | Withdrawn | Sold), Cancelled | Fulfilled) | (Some(Withdrawn), Placed) => {
            Do::Nothing
        }
    }
}

impl State {
    pub const ALL: [Self; 5] = [Self::Reserved, Self::Refused, Self::Released, Self::Withdrawn, Self::Sold];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Withdrawn => "withdrawn",
            Self::Sold => "sold",
        }
    }

    /// What was stored.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Event {
    /// How an order has ended, by the state that the order service tells when it is asked; none while the
    /// order wants its reservation. An order that is not known there (any more) wants nothing.
    pub fn of_order_state(state: &str) -> Option<Self> {
        match state {
            "fulfilled" => Some(Self::Fulfilled),
            "cancelled" | "refused" | "unknown" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action::*, Event, Event::*, State, State::*, decide};

    #[test]
    fn every_event_in_every_state_has_its_action() {
        let table = [
            (None, [Reserve, Remember(Withdrawn), Remember(Sold)]),
            (Some(Reserved), [RepeatReserved, Release, Sell]),
            (Some(Refused), [RepeatRefused, Nothing, Nothing]),
            (Some(Released), [Reserve, Nothing, Nothing]),
            (Some(Withdrawn), [Nothing, Nothing, Nothing]),
            (Some(Sold), [RepeatReserved, Nothing, Nothing]),
        ];
        assert_eq!(table.len(), State::ALL.len() + 1);
        for (known, actions) in table {
            for (event, action) in [Placed, Cancelled, Fulfilled].into_iter().zip(actions) {
                assert_eq!(decide(known, event), action, "{event:?} in {known:?}");
            }
        }
    }

    #[test]
    fn states_are_read_as_they_were_written() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
    }

    #[test]
    fn an_order_that_has_ended_or_is_unknown_wants_nothing() {
        for (state, event) in [
            ("placed", None),
            ("confirmed", None),
            ("fulfilled", Some(Event::Fulfilled)),
            ("cancelled", Some(Event::Cancelled)),
            ("refused", Some(Event::Cancelled)),
            ("unknown", Some(Event::Cancelled)),
        ] {
            assert_eq!(Event::of_order_state(state), event, "{state}");
        }
    }
}
