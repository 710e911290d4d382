//! Forms as they are typed.

use super::{Changed, Field, Mistake, Typed, pieces, price, written_price};
use contract::product::{Product, Stock};

fn product() -> Product {
    Product {
        id: 7,
        image: "/assets/tea-house/sencha.webp".into(),
        name: "Sencha".into(),
        price: 1450,
        slug: "sencha".into(),
        currency: "EUR".parse().unwrap(),
        description: "Green.\nVery.".into(),
        category: "Green tea".into(),
        stock: Stock::InStock,
        stock_quantity: Some(12),
        version: 3,
    }
}

#[test]
fn a_price_is_typed_in_major_units_with_a_point_or_a_comma() {
    for (typed, decimals, minor) in [
        ("14.50", 2, 1450),
        (" 14,5 ", 2, 1450),
        ("14", 2, 1400),
        ("0", 2, 0),
        ("0.07", 2, 7),
        ("1450", 0, 1450),
        ("1.234", 3, 1234),
        ("10000000000", 2, 1_000_000_000_000),
    ] {
        assert_eq!(price(typed, decimals), Ok(minor), "{typed:?}");
    }
    for (typed, decimals, mistake) in [
        ("", 2, Mistake::Missing),
        ("1,450", 2, Mistake::TooManyDecimals(2)),
        ("14.500", 2, Mistake::TooManyDecimals(2)),
        ("1450.0", 0, Mistake::TooManyDecimals(0)),
        ("1.450,00", 2, Mistake::NotAPrice),
        ("-1", 2, Mistake::NotAPrice),
        ("1e3", 2, Mistake::NotAPrice),
        ("14.", 2, Mistake::NotAPrice),
        (".5", 2, Mistake::NotAPrice),
        ("€14", 2, Mistake::NotAPrice),
        ("١٤", 2, Mistake::NotAPrice),
        ("10000000000.01", 2, Mistake::TooHigh),
        ("99999999999999999999999", 2, Mistake::TooHigh),
    ] {
        assert_eq!(price(typed, decimals), Err(mistake), "{typed:?}");
    }
}

#[test]
fn a_price_is_written_as_it_is_typed() {
    for (minor, decimals, written) in
        [(1450, 2, "14.50"), (7, 2, "0.07"), (1450, 0, "1450"), (1234, 3, "1.234"), (0, 2, "0.00")]
    {
        assert_eq!(written_price(minor, decimals), written);
        assert_eq!(price(written, decimals), Ok(minor));
    }
}

#[test]
fn pieces_are_whole_or_not_counted() {
    assert_eq!(pieces(" "), Ok(None));
    assert_eq!(pieces("0"), Ok(Some(0)));
    for wrong in ["-1", "1.5", "+1", "1000000001", "many"] {
        assert_eq!(pieces(wrong), Err(Mistake::NotPieces), "{wrong}");
    }
}

#[test]
fn a_form_that_was_not_touched_changes_nothing_though_pieces_were_sold_meanwhile() {
    let (shown, mut now) = (product(), product());
    now.stock_quantity = Some(9);
    let entered = Typed::of(&shown, 2).check(2, Some(&now)).unwrap();
    assert!(entered.changes(&now, shown.stock_quantity).is_empty());
}

#[test]
fn only_what_was_changed_is_sent() {
    let mut typed = Typed::of(&product(), 2);
    typed.set(Field::Price, "15".into());
    typed.set(Field::StockQuantity, String::new());
    typed.set(Field::Description, "Green.\r\nVery.".into());
    let changes = typed.check(2, Some(&product())).unwrap().changes(&product(), Some(12));
    let expected = Changed { price: Some(1500), stock_quantity: Some(None), ..Changed::default() };
    assert_eq!(changes, expected);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let typed = Typed {
        name: "Sen\u{200b}cha".into(),
        slug: "12".into(),
        price: "dear".into(),
        category: "x".repeat(101),
        description: "y".repeat(10_001),
        image: "javascript:alert(1)".into(),
        stock_quantity: "-1".into(),
    };
    let wrong = typed.check(2, None).unwrap_err();
    assert_eq!(
        wrong,
        [
            (Field::Name, Mistake::Hidden),
            (Field::Slug, Mistake::DigitsOnly),
            (Field::Price, Mistake::NotAPrice),
            (Field::Category, Mistake::TooLong(100)),
            (Field::StockQuantity, Mistake::NotPieces),
            (Field::Description, Mistake::TooLong(10_000)),
            (Field::Image, Mistake::NotALink),
        ]
    );
    let empty = Typed::default().check(2, None).unwrap_err();
    assert_eq!(empty.len(), 3, "{empty:?}");
}
