//! What a browser keeps for the shop: session, basket and flash message, read from a request and written to
//! the answer as far as they have changed.

use axum::http::{HeaderMap, header};

use super::{
    CookieForm, CookieKeys, clear_cookie,
    header::{set_cookie, values},
};
use crate::{
    basket::{self, Basket},
    flash::{self, Flash},
    session::{self, Session},
};

const SESSION: &str = "session";
const BASKET: &str = "basket";
const FLASH: &str = "flash";

/// Reads and writes the cookies of one shop. Clones are one.
#[derive(Clone)]
pub(crate) struct Cookies {
    keys: CookieKeys,
    form: CookieForm,
}

/// What the browser keeps, as it is to be after this request.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) session: Option<Session>,
    /// The session's user's, or a guest's; never anybody else's.
    pub(crate) basket: Basket,
    pub(crate) flash: Option<Flash>,
    came: Came,
}

/// What the request brought.
#[derive(Debug)]
struct Came {
    session: Found<Session>,
    basket: Found<Basket>,
    flash: Found<Flash>,
}

/// A cookie in a request.
#[derive(Debug)]
enum Found<T> {
    /// There is none.
    Nothing,
    /// There is one, but not of ours, or not of today's form or keys.
    Unusable,
    /// Sealed with a key on its way out, if so said: it is to be sealed anew.
    Opened { value: T, is_first_key: bool },
}

impl Cookies {
    pub(crate) fn new(keys: CookieKeys, form: CookieForm) -> Self {
        Self { keys, form }
    }

    /// What the request's cookies say. Whatever cannot be opened is absent.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Kept {
        let came = Came {
            session: self.find(headers, SESSION, |name, text| {
                let opened = self.keys.unseal(name, text, session::MAX_AGE)?;
                Some((Session::decode(&opened.plain)?, opened.is_first_key))
            }),
            basket: self.find(headers, BASKET, |name, text| {
                let opened = self.keys.unseal(name, text, basket::MAX_AGE)?;
                Some((Basket::decode(&opened.plain)?, opened.is_first_key))
            }),
            flash: self.find(headers, FLASH, |_, text| Some((Flash::decode(text)?, true))),
        };
        let session = came.session.value().cloned();
        let user_id = session.as_ref().map(|session| session.user_id);
        let basket = came.basket.value().cloned().unwrap_or_default().of_visitor(user_id);
        Kept { session, basket, flash: came.flash.value().copied(), came }
    }

    /// The first cookie of that kind that can be used.
    fn find<T>(
        &self,
        headers: &HeaderMap,
        kind: &str,
        open: impl Fn(&str, &[u8]) -> Option<(T, bool)>,
    ) -> Found<T> {
        let name = self.form.name(kind);
        let mut found = Found::Nothing;
        for text in values(headers, &name) {
            match open(&name, text) {
                Some((value, is_first_key)) => return Found::Opened { value, is_first_key },
                None => found = Found::Unusable,
            }
        }
        found
    }

    /// Adds what has changed to the answer, as `Set-Cookie`.
    pub(crate) fn write(&self, kept: &Kept, headers: &mut HeaderMap) {
        let Kept { session, basket, flash, came } = kept;
        let session_line = came.session.change(session.as_ref()).map(|session| match session {
            Some(session) => {
                let sealed = self.keys.seal(&self.form.name(SESSION), &session.encode());
                set_cookie(self.form, SESSION, &sealed, session::MAX_AGE)
            }
            None => clear_cookie(self.form, SESSION),
        });
        let basket = Some(basket).filter(|basket| !basket.is_blank());
        let basket_line = came.basket.change(basket).map(|basket| match basket {
            Some(basket) => {
                let sealed = self.keys.seal(&self.form.name(BASKET), &basket.encode());
                set_cookie(self.form, BASKET, &sealed, basket::MAX_AGE)
            }
            None => clear_cookie(self.form, BASKET),
        });
        let flash_line = came.flash.change(flash.as_ref()).map(|flash| match flash {
            Some(flash) => set_cookie(self.form, FLASH, &flash.encode(), flash::MAX_AGE),
            None => clear_cookie(self.form, FLASH),
        });
        for line in [session_line, basket_line, flash_line].into_iter().flatten() {
            headers.append(header::SET_COOKIE, line);
        }
    }

    /// The time by which cookies age.
    #[cfg(test)]
    pub(crate) fn now(&self) -> contract::Timestamp {
        contract::Timestamp::from_unix_ms(self.keys.clock().now_unix_ms())
    }
}

impl Kept {
    /// Somebody has logged in: a new session, whatever was before, and the basket that goes with it. The
    /// session that was, if it has to be ended at the user service.
    pub(crate) fn log_in(&mut self, session: Session) -> Option<Session> {
        self.basket.log_in(session.user_id);
        self.session.replace(session)
    }

    /// Everything gone. The session that was, if it has to be ended at the user service.
    pub(crate) fn log_out(&mut self) -> Option<Session> {
        self.basket.log_out();
        self.session.take()
    }

    /// The message to show now; it is shown once.
    pub(crate) fn take_flash(&mut self) -> Option<Flash> {
        self.flash.take()
    }
}

impl<T: PartialEq> Found<T> {
    fn value(&self) -> Option<&T> {
        match self {
            Self::Opened { value, .. } => Some(value),
            Self::Nothing | Self::Unusable => None,
        }
    }

    /// What the browser has to be told for it to keep `wanted`: nothing, a new value, or to forget.
    fn change<'a>(&self, wanted: Option<&'a T>) -> Option<Option<&'a T>> {
        let is_kept_already = match self {
            Self::Nothing => wanted.is_none(),
            Self::Unusable => false,
            Self::Opened { value, is_first_key } => *is_first_key && wanted == Some(value),
        };
        (!is_kept_already).then_some(wanted)
    }
}

#[cfg(test)]
mod tests;
