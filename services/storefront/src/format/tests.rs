//! What prices and dates look like.

use super::Format;
use contract::Timestamp;

fn format(locale: &str, currency: &str) -> Format {
    Format::new(locale, currency.parse().expect("a currency"))
}

#[test]
fn a_price_is_written_as_its_locale_writes_it() {
    for (locale, currency, minor, written) in [
        ("en-IE", "EUR", 1450, "€14.50"),
        ("en", "EUR", 5, "€0.05"),
        ("en", "EUR", 0, "€0.00"),
        ("en", "EUR", -1450, "\u{2212}€14.50"),
        ("en-US", "USD", 123_456_789, "$1,234,567.89"),
        ("en-IE", "USD", 100, "US$1.00"),
        ("en-CA", "CAD", 100, "$1.00"),
        ("en-GB", "GBP", 99, "£0.99"),
        ("en", "CHF", 1250, "CHF\u{a0}12.50"),
        ("de-DE", "EUR", 123_450, "1.234,50\u{a0}€"),
        ("de-AT", "EUR", 1450, "€\u{a0}14,50"),
        ("fr-FR", "EUR", 1450, "14,50\u{a0}€"),
        ("nl-NL", "EUR", 1450, "€\u{a0}14,50"),
        ("ja-JP", "JPY", 1450, "￥1,450"),
        ("en", "JPY", 1450, "¥1,450"),
        ("en", "KWD", 1450, "KWD\u{a0}1.450"),
        ("en-IN", "INR", 12_345_600, "₹1,23,456.00"),
        ("pt-BR", "BRL", 1450, "R$\u{a0}14,50"),
        ("sv-SE", "SEK", 1450, "14,50\u{a0}kr"),
    ] {
        assert_eq!(format(locale, currency).money(minor), written, "{locale} {currency} {minor}");
    }
}

#[test]
fn the_greatest_amounts_lose_no_digit() {
    assert_eq!(format("en", "EUR").money(i64::MAX), "€92,233,720,368,547,758.07");
    assert_eq!(format("en", "EUR").money(i64::MIN), "\u{2212}€92,233,720,368,547,758.08");
    assert_eq!(format("en", "EUR").plain_amount(1450), "14.50");
    assert_eq!(format("de", "JPY").plain_amount(1450), "1450");
}

#[test]
fn times_are_of_utc_and_say_so() {
    let at = Timestamp::from_unix_ms(1_795_253_400_007);
    assert_eq!(format("en-IE", "EUR").date(at), "21 Nov 2026");
    assert_eq!(format("en-IE", "EUR").date_time(at), "21 Nov 2026, 09:30 UTC");
    assert_eq!(format("de-DE", "EUR").date(at), "21.11.2026");
    assert_eq!(format("en", "EUR").date(Timestamp::from_unix_ms(0)), "Jan 1, 1970");
    assert_eq!(format("en", "EUR").date(Timestamp::from_unix_ms(-1)), "Dec 31, 1969");
    assert_eq!(format("en", "EUR").date(Timestamp::from_unix_ms(951_782_400_000)), "Feb 29, 2000");
}

#[test]
fn an_unknown_locale_does_not_close_the_shop() {
    for locale in ["", "not a locale", "xx", "zz-ZZ", "123"] {
        let written = format(locale, "EUR").money(1450);
        assert!(written.contains("14.50") && written.contains('€'), "{locale}: {written}");
    }
}

#[test]
fn threads_share_a_format() {
    fn shared<T: Send + Sync>() {}
    shared::<Format>();
}
