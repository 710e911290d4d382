//! When a certificate ends. Nothing else of it is read, and nobody is trusted because of it: this only warns in time.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use k8s_openapi::jiff::civil::DateTime;
use k8s_openapi::jiff::tz::TimeZone;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

// Tags of X.509's structures (X.690 section 8, RFC 5280 section 4.1).
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// When the first certificate of a PEM file ends, in unix seconds; `None` if there is none that can be read.
pub(super) fn expiry(pem: &str) -> Option<i64> {
    let (_, rest) = pem.split_once(BEGIN)?;
    let (text, _) = rest.split_once(END)?;
    let text: String = text.split_whitespace().collect();
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    let mut certificate = Values(Values(&bytes).expect(SEQUENCE)?);
    let mut signed = Values(certificate.expect(SEQUENCE)?);
    let (tag, _) = signed.next()?;
    if tag == VERSION {
        signed.expect(INTEGER)?;
    }
    let (_algorithm, _issuer) = (signed.expect(SEQUENCE)?, signed.expect(SEQUENCE)?);
    let mut validity = Values(signed.expect(SEQUENCE)?);
    let _not_before = validity.next()?;
    let (tag, not_after) = validity.next()?;
    unix_seconds(tag, not_after)
}

/// DER values, one after the other.
struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    /// The next value's tag and content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..0x80 => (usize::from(first), rest),
            _ => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits.iter().try_fold(0_usize, |length, &digit| {
                    length.checked_mul(256)?.checked_add(usize::from(digit))
                })?;
                (length, rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next value, which must have this tag.
    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}

/// `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` from 2050 on.
fn unix_seconds(tag: u8, text: &[u8]) -> Option<i64> {
    let digits = text.strip_suffix(b"Z").filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let number =
        |digits: &[u8]| digits.iter().fold(0_i16, |number, digit| number * 10 + i16::from(digit - b'0'));
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let (year, rest) = digits.split_at(2);
            let year = number(year);
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        (GENERALIZED_TIME, 14) => {
            let (year, rest) = digits.split_at(4);
            (number(year), rest)
        }
        _ => return None,
    };
    let pair = |index: usize| i8::try_from(number(&rest[2 * index..2 * index + 2])).ok();
    let time = DateTime::new(year, pair(0)?, pair(1)?, pair(2)?, pair(3)?, pair(4)?, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::expiry;

    const UNTIL_2027: &str = "\
-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUCCXa+eBv+Ipp3quJcmhJQL3SjoEwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPdGVhLmV4YW1wbGUuY29tMB4XDTI2MTEyMjA4MjUxNFoXDTI3
MTEyMjA4MjUxNFowGjEYMBYGA1UEAwwPdGVhLmV4YW1wbGUuY29tMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE9Kg91GDDnfQWfAepmXKJrvz7nrarEgi11lufjGJP
00WkeT799hY7zjMgPqXK1fEmQh895AeyGbC7oWzx3sV9DKNTMFEwHQYDVR0OBBYE
FPYKuoFcH5NSm3dpohCM7Fv6znjZMB8GA1UdIwQYMBaAFPYKuoFcH5NSm3dpohCM
7Fv6znjZMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgTJkAZpqa
Wqj4vbgLsvXrdeJSUZdnT38Sl0YFFBpO9rECIQCW11BBqqiE05zo25vGBygc+QbB
qikgNzGw5SMxoUwLgQ==
-----END CERTIFICATE-----
";

    const UNTIL_2081: &str = "\
-----BEGIN CERTIFICATE-----
MIIBjDCCATGgAwIBAgIUSJ6OlhQucMpBTQ3AZg9IG3aczJcwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPdGVhLmV4YW1wbGUuY29tMCAXDTI2MTEyMjA4MjYzMFoYDzIw
ODEwODI1MDgyNjMwWjAaMRgwFgYDVQQDDA90ZWEuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATb/06gW/xUwObsOfPrNexGbgIWcDJILMvuUnnx
DqsATgFdUajDL71RHRKKiNdanfXG+/t0ON5wv6T7Lvc6bRzQo1MwUTAdBgNVHQ4E
FgQUhqwLIn383OVzLqaLiq8sf/Avl7UwHwYDVR0jBBgwFoAUhqwLIn383OVzLqaL
iq8sf/Avl7UwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAodQa
Qoh8UIUHCJaE796f8m21Gfomjv5Lp9Rqvs8v4OgCIQCDhvnpwx5qPhyrwtbPB1HV
itb042Is3g/jgSJoDkcKZA==
-----END CERTIFICATE-----
";

    #[test]
    fn the_end_of_a_certificate_is_known_in_both_ways_of_writing_it() {
        assert_eq!(expiry(UNTIL_2027), Some(1826871914));
        assert_eq!(expiry(UNTIL_2081), Some(3523335990));
        // Of a chain, the first certificate is the shop's own.
        assert_eq!(expiry(&format!("{UNTIL_2027}{UNTIL_2081}")), expiry(UNTIL_2027));
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(expiry(text), None, "{text}");
        }
        let lines: Vec<&str> = UNTIL_2027.lines().collect();
        // Cut anywhere, it is either still whole up to its end, or nothing; it never panics.
        for cut in 1..lines.len() - 1 {
            let text = format!("{}\n{}\n{}\n", lines[0], lines[1..cut].join("\n"), lines[lines.len() - 1]);
            assert!([None, expiry(UNTIL_2027)].contains(&expiry(&text)), "{text}");
        }
    }
}
