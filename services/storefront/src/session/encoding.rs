//! A session as bytes.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use contract::Timestamp;

use super::{Session, Tokens};
use crate::cookies::{Reader, put_bytes, put_number};

/// The form below. Another one makes old cookies unreadable, which logs everybody out: keep reading this one.
const FORM: u8 = 1;

const IS_STAFF: u8 = 1;
const HAS_TOKENS: u8 = 2;

/// A token of more dotted parts than this is kept as it is. A JWT has three.
const MAX_PARTS: usize = 7;

impl Session {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let is_staff = if self.is_staff { IS_STAFF } else { 0 };
        let has_tokens = if self.tokens.is_some() { HAS_TOKENS } else { 0 };
        let mut out = vec![FORM, is_staff | has_tokens];
        put_number(&mut out, self.user_id.unsigned_abs());
        put_bytes(&mut out, self.username.as_bytes());
        put_bytes(&mut out, self.first_name.as_bytes());
        if let Some(tokens) = &self.tokens {
            tokens.encode(&mut out);
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != FORM {
            return None;
        }
        let flags = reader.byte()?;
        let session = Self {
            user_id: reader.signed()?,
            username: reader.text()?,
            first_name: reader.text()?,
            is_staff: flags & IS_STAFF != 0,
            tokens: match flags & HAS_TOKENS {
                0 => None,
                _ => Some(Tokens::decode(&mut reader)?),
            },
        };
        reader.end()?;
        Some(session)
    }
}

impl Tokens {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_token(out, &self.access_token);
        put_token(out, &self.refresh_token);
        put_number(out, u64::try_from(self.access_expires_at.unix_ms()).unwrap_or(0));
        put_number(out, u64::try_from(self.access_lifetime_ms).unwrap_or(0));
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            access_token: token(reader)?,
            refresh_token: token(reader)?,
            access_expires_at: Timestamp::from_unix_ms(reader.signed()?),
            access_lifetime_ms: reader.signed()?,
        })
    }
}

/// Tokens are base64 already, and the cookie will be again: the bytes behind them take a quarter less. A
/// text that would not come back letter by letter is kept as it is.
fn put_token(out: &mut Vec<u8>, token: &str) {
    let parts: Option<Vec<Vec<u8>>> =
        token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok()).collect();
    match parts {
        Some(parts) if parts.len() <= MAX_PARTS && joined(&parts) == token => {
            out.push(parts.len() as u8);
            parts.iter().for_each(|part| put_bytes(out, part));
        }
        _ => {
            out.push(0);
            put_bytes(out, token.as_bytes());
        }
    }
}

fn token(reader: &mut Reader<'_>) -> Option<String> {
    match usize::from(reader.byte()?) {
        0 => reader.text(),
        parts if parts <= MAX_PARTS => {
            let parts: Option<Vec<&[u8]>> = (0..parts).map(|_| reader.bytes()).collect();
            Some(joined(&parts?))
        }
        _ => None,
    }
}

fn joined(parts: &[impl AsRef<[u8]>]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::{Reader, Session, put_token, token};
    use crate::session::value::tests::{at, keys, user};

    #[test]
    fn a_session_comes_back_as_it_was() {
        let mut session =
            Session::begin(&user(7), &keys("e30.e30.AAAA", "cmVmcmVzaA"), at(1_795_253_400_007));
        session.is_staff = true;
        assert_eq!(Session::decode(&session.encode()).as_ref(), Some(&session));
        session.lose_tokens();
        session.first_name.clear();
        assert_eq!(Session::decode(&session.encode()), Some(session));
    }

    #[test]
    fn every_token_comes_back_letter_by_letter_and_ours_are_shortened() {
        for (text, is_shortened) in [
            ("", true), // one empty part
            ("e30.e30.AAAA", true),
            ("cmVmcmVzaC10b2tlbi10aGF0LWlzLW9wYXF1ZQ", true),
            ("..", true),
            ("not base64!", false),
            ("A", false),
            ("AB", false), // bits that no byte has
            ("a.b.c.d", false),
            ("AAAA.AAAA.AAAA.AAAA.AAAA.AAAA.AAAA.AAAA", false),
            ("AA==", false),
            ("é", false),
        ] {
            let mut written = Vec::new();
            put_token(&mut written, text);
            assert_eq!(written[0] != 0, is_shortened, "{text:?}");
            let mut reader = Reader::new(&written);
            assert_eq!(token(&mut reader).as_deref(), Some(text));
            assert_eq!(reader.end(), Some(()), "{text:?}");
        }
    }

    #[test]
    fn other_forms_and_cut_ones_are_no_session() {
        let encoded = Session::begin(&user(7), &keys("e30.e30.AAAA", "AAAA"), at(5)).encode();
        for length in 0..encoded.len() {
            assert_eq!(Session::decode(&encoded[..length]), None, "cut at {length}");
        }
        assert_eq!(Session::decode(&[&encoded[..], &[0]].concat()), None, "something follows");
        assert_eq!(Session::decode(&[&[2], &encoded[1..]].concat()), None, "of another form");
    }
}
