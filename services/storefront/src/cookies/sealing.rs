//! Sealing with one key: what was sealed is neither read nor changed without it.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

/// Bytes in a key.
pub(super) const KEY_BYTES: usize = 32;

/// The first byte of whatever is sealed: how the rest is to be read.
const VERSION: u8 = 1;

/// Bytes that sealing adds: version, nonce, tag.
pub(super) const OVERHEAD: usize = 1 + NONCE_LEN + 16;

/// A key. AES-256-GCM-SIV (RFC 8452): random nonces of 12 bytes are then safe for far more cookies than a
/// shop seals, and even a repeated one gives away only that two plain texts are the same.
pub(super) struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    pub(super) fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self(RandomizedNonceKey::new(&AES_256_GCM_SIV, key).expect("the key has the algorithm's length"))
    }

    /// Seals for one purpose: with another `purpose`, nothing opens it.
    pub(super) fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut body = plain.to_vec();
        let nonce = self.0.seal_in_place_append_tag(associated(purpose), &mut body);
        let nonce = nonce.expect("sealing a few kilobytes cannot fail");
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
        sealed.push(VERSION);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&body);
        sealed
    }

    /// What was sealed for `purpose` with this key; `None` of everything else.
    pub(super) fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
        if *version != VERSION {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let length = self.0.open_in_place(nonce, associated(purpose), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

/// What is not sealed but has to be the same when it is opened.
fn associated(purpose: &str) -> Aad<Vec<u8>> {
    Aad::from([&[VERSION][..], b"shopkeeper storefront ", purpose.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::{OVERHEAD, SealingKey};

    #[test]
    fn only_the_same_key_and_purpose_open_what_was_sealed() {
        let key = SealingKey::new(&[7; 32]);
        let sealed = key.seal("shop_session", b"ada");
        assert_eq!(sealed.len(), 3 + OVERHEAD);
        assert_eq!(key.open("shop_session", &sealed).as_deref(), Some(&b"ada"[..]));
        assert_eq!(key.open("shop_basket", &sealed), None);
        assert_eq!(SealingKey::new(&[8; 32]).open("shop_session", &sealed), None);
        assert_ne!(sealed, key.seal("shop_session", b"ada"), "the same text, sealed twice, looks alike");
    }

    #[test]
    fn a_flipped_bit_anywhere_and_a_cut_anywhere_are_noticed() {
        let key = SealingKey::new(&[7; 32]);
        let sealed = key.seal("shop_session", b"ada");
        for place in 0..sealed.len() {
            for bit in 0..8 {
                let mut tampered = sealed.clone();
                tampered[place] ^= 1 << bit;
                assert_eq!(key.open("shop_session", &tampered), None, "byte {place}, bit {bit}");
            }
            assert_eq!(key.open("shop_session", &sealed[..place]), None, "cut at {place}");
        }
    }
}
