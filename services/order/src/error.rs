//! Everything that this service refuses, and how it is answered.

use crate::domain::basket;
use chassis::problem::{ApiError, Kind};
use contract::order::OrderState;
use std::time::Duration;

/// How soon to ask again when the database or the catalogue is not there yet.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error("the product is not in the catalogue")]
    UnknownProduct,
    #[error("the catalogue has not been loaded yet")]
    CatalogueNeverLoaded,
    #[error("the line would hold too many pieces")]
    QuantityLimit,
    #[error("the basket would have too many lines")]
    LineLimit,
    #[error("there is no open order")]
    NothingToCheckOut,
    #[error("the basket costs {total}, not {expected}")]
    PriceChanged { expected: i64, total: i64 },
    #[error("the basket costs more than can be written down")]
    TotalTooLarge,
    #[error("the key placed order {order} with other contents")]
    KeyReused { order: i64 },
    #[error("there is no such order for this user")]
    OrderNotFound,
    #[error("the order is {}", state.name())]
    WrongState { state: OrderState },
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) if error.is_unavailable() => {
                tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "the database is away");
                Self::unavailable(RETRY_AFTER)
            }
            Error::Database(error) => Self::internal(error),
            Error::UnknownProduct => Self::not_found("Cannot find product"),
            Error::CatalogueNeverLoaded => {
                Self::new(Kind::Unavailable, "The catalogue is not known here yet, please try again")
                    .with_detail("This service has not heard from the product service since it was set up.")
                    .with_retry_after(RETRY_AFTER)
            }
            Error::QuantityLimit => Self::conflict(format!(
                "A basket holds at most {} pieces of one product",
                basket::MAX_QUANTITY
            )),
            Error::LineLimit => {
                Self::conflict(format!("A basket holds at most {} different products", basket::MAX_LINES))
            }
            Error::NothingToCheckOut => Self::conflict("No order found"),
            Error::PriceChanged { expected, total } => Self::conflict("The total has changed")
                .with_detail("The basket is kept; look at it again and check out with its present total.")
                .with("expected_total", expected)
                .with("total", total),
            Error::TotalTooLarge => Self::conflict("The basket costs more than can be written down"),
            Error::KeyReused { order } => {
                Self::unprocessable("This Idempotency-Key belongs to another checkout")
                    .with_detail(format!("It placed order {order}, with another basket or other fields."))
                    .with("order_id", order)
            }
            Error::OrderNotFound => Self::not_found("Cannot find order"),
            Error::WrongState { state } => {
                let state = state.name();
                Self::conflict(format!("The order is {state}")).with("state", state)
            }
        }
    }
}
