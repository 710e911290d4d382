//! Fields with the bounds that the domain sets.

use crate::domain::basket::MAX_QUANTITY;
use chassis::{
    input::{FieldValue, Within},
    text,
};
use contract::order::OrderState;

/// Pieces to put into a line.
pub(super) type Quantity = Within<1, MAX_QUANTITY>;

/// What a line is to hold; 0 takes it out.
pub(super) type NewQuantity = Within<0, MAX_QUANTITY>;

/// An id as the database gives them out.
pub(super) type Id = Within<1, { i64::MAX }>;

/// An amount of money in minor units.
pub(super) type Amount = Within<0, { i64::MAX }>;

/// How many entries of a list to answer with.
pub(super) type PageSize = Within<1, 100>;

/// A state by its name.
pub(super) struct State(pub(super) OrderState);

impl FieldValue for State {
    fn from_text(text: &str) -> Result<Self, String> {
        let names = OrderState::ALL.map(OrderState::name).join(", ");
        OrderState::named(text).map(Self).ok_or_else(|| format!("must be one of {names}"))
    }
}

/// Who receives an order; nobody in particular if empty.
pub(super) struct DeliveryName(pub(super) Option<String>);

impl FieldValue for DeliveryName {
    fn from_text(text: &str) -> Result<Self, String> {
        let name = text::clean(text, 200)?;
        Ok(Self((!name.is_empty()).then_some(name)))
    }
}

/// Where an order goes, in lines; nowhere in particular if empty.
pub(super) struct DeliveryAddress(pub(super) Option<String>);

impl FieldValue for DeliveryAddress {
    fn from_text(text: &str) -> Result<Self, String> {
        let address = text::clean_lines(text, 1000)?;
        Ok(Self((!address.is_empty()).then_some(address)))
    }
}

/// What names a checkout: 1 to 255 visible ASCII characters.
pub(super) struct CheckoutKey(pub(super) String);

impl FieldValue for CheckoutKey {
    fn from_text(text: &str) -> Result<Self, String> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        match text.len() {
            1..=255 if visible => Ok(Self(text.to_owned())),
            _ => Err("must be 1 to 255 visible ASCII characters".into()),
        }
    }
}
