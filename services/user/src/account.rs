//! What may be an account: names, an e-mail address, a password, each parsed once; and who may lose it.

use chassis::{input::FieldValue, text};
use contract::user::User;
use std::fmt;

/// The domain of the address that the staff login gets if none is given. Nobody can register it, and no
/// mail can be sent to it (RFC 2606 reserves `.invalid`).
pub const STAFF_EMAIL_DOMAIN: &str = "staff.invalid";

const MAX_USERNAME_CHARS: usize = 64;
const MAX_NAME_CHARS: usize = 100;
/// The longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, without the brackets).
const MAX_EMAIL_CHARS: usize = 254;
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

/// A name to log in with; unique whatever its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// An e-mail address; unique whatever its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// A password in the clear. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A first or last name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct Registration {
    pub username: Username,
    pub email: Email,
    pub first_name: PersonName,
    pub last_name: PersonName,
}

impl FieldValue for Username {
    fn from_text(text: &str) -> Result<Self, String> {
        let text = required(text, MAX_USERNAME_CHARS)?;
        let fits = |character: char| character.is_alphanumeric() || "._-+@".contains(character);
        if text.chars().all(fits) {
            Ok(Self(text))
        } else {
            Err("must consist of letters, digits and . _ - + @".into())
        }
    }
}

impl Username {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique.
    pub fn lower(&self) -> String {
        lower(&self.0)
    }
}

/// What a username is compared by; any text may be asked about.
pub fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Takes what a browser takes in an e-mail field (HTML, section 4.10.5.1.5, "valid e-mail address"), and
/// letters beyond ASCII (RFC 6531).
impl FieldValue for Email {
    fn from_text(text: &str) -> Result<Self, String> {
        let text = required(text, MAX_EMAIL_CHARS)?;
        let (local, domain) = text.rsplit_once('@').ok_or("must be an e-mail address")?;
        let local_fits =
            |character: char| character.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(character);
        if local.is_empty() || !local.chars().all(local_fits) || !domain.split('.').all(is_domain_label) {
            return Err("must be an e-mail address".into());
        }
        if domain.eq_ignore_ascii_case(STAFF_EMAIL_DOMAIN) {
            return Err("must be an address that mail can be sent to".into());
        }
        Ok(Self(text))
    }
}

impl Email {
    /// The address of a staff login that has none.
    pub fn reserved_for(username: &Username) -> Self {
        Self(format!("{}@{STAFF_EMAIL_DOMAIN}", username.as_str()))
    }

    /// Whether it stands for having none.
    pub fn is_reserved(&self) -> bool {
        self.0.ends_with(&format!("@{STAFF_EMAIL_DOMAIN}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique.
    pub fn lower(&self) -> String {
        lower(&self.0)
    }
}

fn is_domain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|character| character.is_alphanumeric() || character == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Takes any characters, blanks at the ends too.
impl FieldValue for Password {
    fn from_text(text: &str) -> Result<Self, String> {
        let (fewest, most) = PASSWORD_CHARS.into_inner();
        if PASSWORD_CHARS.contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("must have {fewest} to {most} characters"))
        }
    }
}

impl Password {
    /// Whatever somebody shows as a password, to be checked.
    pub fn shown(text: String) -> Self {
        Self(text)
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FieldValue for PersonName {
    fn from_text(text: &str) -> Result<Self, String> {
        required(text, MAX_NAME_CHARS).map(Self)
    }
}

impl PersonName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

fn required(text: &str, max_chars: usize) -> Result<String, String> {
    let text = text::clean(text, max_chars)?;
    if text.is_empty() { Err("is required".into()) } else { Ok(text) }
}

/// What staff may do to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingChange {
    Deactivate,
    Activate,
    GrantStaff,
    RevokeStaff,
}

/// Without this account there would be nobody left who can manage the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastStaff;

/// The account after a change of its standing, given how many *other* accounts are active staff.
///
/// # Errors
/// The account is the last active staff and would no longer be.
pub fn change_standing(user: &User, change: StandingChange, other_staff: usize) -> Result<User, LastStaff> {
    let mut changed = user.clone();
    match change {
        StandingChange::Deactivate => changed.is_active = false,
        StandingChange::Activate => changed.is_active = true,
        StandingChange::GrantStaff => changed.is_admin = true,
        StandingChange::RevokeStaff => changed.is_admin = false,
    }
    let was_staff = user.is_active && user.is_admin;
    let is_staff = changed.is_active && changed.is_admin;
    if was_staff && !is_staff && other_staff == 0 { Err(LastStaff) } else { Ok(changed) }
}

#[cfg(test)]
mod tests;
