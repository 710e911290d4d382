//! Money: an integer of minor units, and the ISO 4217 currency that says what a unit is.
//!
//! Amounts are plain `i64` fields named `price`, `total` and so on, since that is what the wire carries;
//! this file holds the currency. Floating point never appears.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

/// An ISO 4217 alphabetic currency code, such as `EUR`. One Shop has one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "EUR", min_length = 3, max_length = 3)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code, three upper-case letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII letters are stored")
    }
}

/// The text is not three upper-case letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidCurrency;

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a currency is three upper-case letters of ISO 4217, such as EUR")
    }
}

impl std::error::Error for InvalidCurrency {}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(InvalidCurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Currency;

    #[test]
    fn a_currency_is_three_upper_case_letters() {
        assert_eq!("EUR".parse::<Currency>().unwrap().code(), "EUR");
        for wrong in ["eur", "EURO", "E1R", "", "€"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong:?} was taken");
        }
    }
}
