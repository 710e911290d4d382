//! Digests of JSON, short enough for an annotation.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first 80 bits of SHA-256, hexadecimal: enough to tell one state of an object from the next.
pub fn of(value: &Value) -> String {
    let digest = Sha256::digest(value.to_string());
    digest[..10].iter().map(|byte| format!("{byte:02x}")).collect()
}
