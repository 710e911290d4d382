//! A message for the page after a redirect, shown once: a code and perhaps a number, never a text.

use std::time::Duration;

/// Within this time the redirect is followed, or nobody wants to know any more.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(60);

/// A message, and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    pub(crate) code: Code,
    /// An order, a product, a user or a count, as the code has it.
    pub(crate) about: Option<i64>,
}

/// Names the codes once: as values, and as words in the cookie.
macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $word:literal,)*) => {
        /// What has happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$meta])* $name,)*
        }

        impl Code {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

codes! {
    /// An account was made; now log in.
    Registered = "registered",
    LoggedIn = "logged-in",
    LoggedOut = "logged-out",
    /// Log in first; where to go on is in the address.
    LogInFirst = "log-in-first",
    /// The user service has ended the session.
    SessionEnded = "session-ended",
    PasswordChanged = "password-changed",
    /// About the product that was put into the basket.
    Added = "added",
    BasketUpdated = "basket-updated",
    /// About the product that was taken out.
    Removed = "removed",
    /// The basket is empty.
    NothingToOrder = "nothing-to-order",
    /// About the order that was given up.
    OrderCancelled = "order-cancelled",
    /// About the order whose lines were put back into the basket.
    Reordered = "reordered",
    /// About the product.
    ProductCreated = "product-created",
    /// About the product.
    ProductSaved = "product-saved",
    /// About the product.
    PictureSaved = "picture-saved",
    /// About the number of products that were created or changed.
    Imported = "imported",
    /// About the order.
    OrderFulfilled = "order-fulfilled",
    /// About the user.
    PasswordReset = "password-reset",
    /// About the user.
    UserDeactivated = "user-deactivated",
    /// About the user.
    UserActivated = "user-activated",
    /// About the user.
    StaffGranted = "staff-granted",
    /// About the user.
    StaffRevoked = "staff-revoked",
}

impl From<Code> for Flash {
    fn from(code: Code) -> Self {
        Self { code, about: None }
    }
}

impl Code {
    /// The message about something.
    pub(crate) fn about(self, number: i64) -> Flash {
        Flash { code: self, about: Some(number) }
    }
}

impl Flash {
    /// As the cookie holds it: `added.17`, `registered`.
    pub(crate) fn encode(self) -> String {
        let word = self.code.word();
        self.about.map_or_else(|| word.to_owned(), |number| format!("{word}.{number}"))
    }

    /// `None` for whatever is no message of ours.
    pub(crate) fn decode(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (word, about) = match text.split_once('.') {
            Some((word, number)) => (word, Some(number.parse().ok()?)),
            None => (text, None),
        };
        let code = *Code::ALL.iter().find(|code| code.word() == word)?;
        Some(Self { code, about })
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Flash};

    #[test]
    fn every_message_comes_back() {
        for code in Code::ALL {
            for about in [None, Some(0), Some(17), Some(i64::MAX)] {
                let flash = Flash { code: *code, about };
                let written = flash.encode();
                assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)));
                assert_eq!(Flash::decode(written.as_bytes()), Some(flash), "{written}");
            }
        }
    }

    #[test]
    fn no_text_of_others_is_a_message() {
        for text in [
            "",
            ".",
            "added.",
            "added.x",
            "added.1.2",
            "Added.1",
            "added. 1",
            "<b>hi</b>",
            "added.99999999999999999999",
        ] {
            assert_eq!(Flash::decode(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(Flash::decode(b"\xff"), None);
    }
}
