//! The product form: what was typed, what is wrong with it, and what it would change. No effects.

use chassis::text;
use contract::product::Product;

/// The highest price in minor units, as the product service sets it (its `domain/values.rs`).
const MAX_PRICE: i64 = 1_000_000_000_000;

/// The most pieces, as the product service sets it (its `domain/values.rs`).
const MAX_PIECES: i64 = 1_000_000_000;

/// The most characters of each text, as the product service sets them (its `domain/values.rs`).
const MAX_NAME: usize = 200;
const MAX_SLUG: usize = 100;
const MAX_CATEGORY: usize = 100;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_IMAGE: usize = 2_000;

/// A field of the form; its name is the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Name,
    Slug,
    Price,
    Category,
    Description,
    Image,
    StockQuantity,
}

impl Field {
    /// In the order of the form.
    pub(crate) const ALL: [Self; 7] = [
        Self::Name,
        Self::Slug,
        Self::Price,
        Self::Category,
        Self::StockQuantity,
        Self::Description,
        Self::Image,
    ];

    /// The name in the form and on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Slug => "slug",
            Self::Price => "price",
            Self::Category => "category",
            Self::Description => "description",
            Self::Image => "image",
            Self::StockQuantity => "stock_quantity",
        }
    }

    /// The field of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    Missing,
    TooLong(usize),
    /// It holds characters that cannot be seen.
    Hidden,
    NotASlug,
    /// A slug of digits would be an id.
    DigitsOnly,
    /// Another product has it.
    Taken,
    NotAPrice,
    /// More decimals than the currency has; how many it has.
    TooManyDecimals(u8),
    TooHigh,
    NotPieces,
    NotALink,
}

/// A field and what is wrong with it.
pub(crate) type Wrong = (Field, Mistake);

/// The form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) slug: String,
    /// In major units, such as `14.50`.
    pub(crate) price: String,
    pub(crate) category: String,
    pub(crate) description: String,
    pub(crate) image: String,
    /// Pieces; empty if nobody counts.
    pub(crate) stock_quantity: String,
}

/// The form as values that the product service will probably take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) name: String,
    pub(crate) slug: String,
    /// Minor units.
    pub(crate) price: i64,
    pub(crate) category: String,
    pub(crate) description: String,
    pub(crate) image: String,
    /// None if nobody counts.
    pub(crate) stock_quantity: Option<i64>,
}

/// What a form changes of a product; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) price: Option<i64>,
    pub(crate) category: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) stock_quantity: Option<Option<i64>>,
}

impl Typed {
    /// A product as the form shows it; `decimals` are those of its currency.
    pub(crate) fn of(product: &Product, decimals: u8) -> Self {
        Self {
            name: product.name.clone(),
            slug: product.slug.clone(),
            price: written_price(product.price, decimals),
            category: product.category.clone(),
            description: product.description.clone(),
            image: product.image.clone(),
            stock_quantity: written_pieces(product.stock_quantity),
        }
    }

    /// What was typed into a field.
    pub(crate) fn value(&self, field: Field) -> &str {
        match field {
            Field::Name => &self.name,
            Field::Slug => &self.slug,
            Field::Price => &self.price,
            Field::Category => &self.category,
            Field::Description => &self.description,
            Field::Image => &self.image,
            Field::StockQuantity => &self.stock_quantity,
        }
    }

    /// Takes what was typed into a field.
    pub(crate) fn set(&mut self, field: Field, value: String) {
        *match field {
            Field::Name => &mut self.name,
            Field::Slug => &mut self.slug,
            Field::Price => &mut self.price,
            Field::Category => &mut self.category,
            Field::Description => &mut self.description,
            Field::Image => &mut self.image,
            Field::StockQuantity => &mut self.stock_quantity,
        } = value;
    }

    /// The values, if all are right.
    ///
    /// # Errors
    /// Every wrong field at once, in the order of the form. A picture's link is not looked at if it is
    /// `kept`: whatever the service holds is right.
    pub(crate) fn check(&self, decimals: u8, kept: Option<&Product>) -> Result<Entered, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut note = |field, mistake| wrong.push((field, mistake));
        let name = line(&self.name, MAX_NAME).and_then(required);
        let name = name.unwrap_or_else(|mistake| {
            note(Field::Name, mistake);
            String::new()
        });
        let slug = slug(&self.slug).unwrap_or_else(|mistake| {
            note(Field::Slug, mistake);
            String::new()
        });
        let price = price(&self.price, decimals).unwrap_or_else(|mistake| {
            note(Field::Price, mistake);
            0
        });
        let category = line(&self.category, MAX_CATEGORY).unwrap_or_else(|mistake| {
            note(Field::Category, mistake);
            String::new()
        });
        let stock_quantity = pieces(&self.stock_quantity).unwrap_or_else(|mistake| {
            note(Field::StockQuantity, mistake);
            None
        });
        let description = lines(&self.description, MAX_DESCRIPTION).unwrap_or_else(|mistake| {
            note(Field::Description, mistake);
            String::new()
        });
        let image = match kept.filter(|product| product.image == self.image.trim()) {
            Some(product) => Ok(product.image.clone()),
            None => link(&self.image),
        };
        let image = image.unwrap_or_else(|mistake| {
            note(Field::Image, mistake);
            String::new()
        });
        if wrong.is_empty() {
            Ok(Entered { name, slug, price, category, description, image, stock_quantity })
        } else {
            Err(wrong)
        }
    }
}

impl Entered {
    /// What differs from the product as it is, save for the stock, which moves by itself: it is changed only
    /// if something else was typed than was `shown`.
    pub(crate) fn changes(&self, product: &Product, shown: Option<i64>) -> Changed {
        let differs = |new: &String, old: &String| (new != old).then(|| new.clone());
        Changed {
            name: differs(&self.name, &product.name),
            slug: differs(&self.slug, &product.slug),
            price: (self.price != product.price).then_some(self.price),
            category: differs(&self.category, &product.category),
            description: differs(&self.description, &product.description),
            image: differs(&self.image, &product.image),
            stock_quantity: (self.stock_quantity != shown).then_some(self.stock_quantity),
        }
    }
}

impl Changed {
    /// Whether nothing would change.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An amount of minor units as it is typed: `14.50`, and `1450` where the currency has no decimals.
pub(crate) fn written_price(minor: i64, decimals: u8) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let unit = 10_u64.pow(u32::from(decimals.min(18)));
    let (sign, minor) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    format!("{sign}{}.{:0width$}", minor / unit, minor % unit, width = usize::from(decimals))
}

/// Pieces as they are typed; nothing if nobody counts.
pub(crate) fn written_pieces(pieces: Option<i64>) -> String {
    pieces.map_or_else(String::new, |pieces| pieces.to_string())
}

/// A price in minor units: digits, and after a point or a comma no more decimals than the currency has. Marks
/// between thousands are not taken: whether `1,450` is a thousand or a little more than one depends on who
/// reads it.
pub(crate) fn price(typed: &str, decimals: u8) -> Result<i64, Mistake> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Mistake::Missing);
    }
    let (whole, fraction) = typed.split_once(['.', ',']).map_or((typed, None), |(a, b)| (a, Some(b)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return Err(Mistake::NotAPrice);
    }
    let fraction = fraction.unwrap_or_default();
    if fraction.len() > usize::from(decimals) {
        return Err(Mistake::TooManyDecimals(decimals));
    }
    let minor = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    minor.parse().ok().filter(|price| *price <= MAX_PRICE).ok_or(Mistake::TooHigh)
}

/// A number of pieces; none if nothing was typed.
pub(crate) fn pieces(typed: &str) -> Result<Option<i64>, Mistake> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_digits.then(|| typed.parse().ok()).flatten().filter(|number| *number <= MAX_PIECES);
    number.map(Some).ok_or(Mistake::NotPieces)
}

fn slug(typed: &str) -> Result<String, Mistake> {
    let typed = typed.trim();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if typed.is_empty() {
        Err(Mistake::Missing)
    } else if typed.chars().count() > MAX_SLUG {
        Err(Mistake::TooLong(MAX_SLUG))
    } else if !typed.bytes().all(known) {
        Err(Mistake::NotASlug)
    } else if typed.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(Mistake::DigitsOnly)
    } else {
        Ok(typed.to_owned())
    }
}

fn link(typed: &str) -> Result<String, Mistake> {
    let typed = line(typed, MAX_IMAGE)?;
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        let start = typed.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && typed.len() > scheme.len()
    });
    let is_ours = typed.starts_with("/media/") || typed.starts_with("/assets/");
    if typed.is_empty() || ((is_web || is_ours) && !typed.contains([' ', '"', '<', '>', '\\'])) {
        Ok(typed)
    } else {
        Err(Mistake::NotALink)
    }
}

fn required(text: String) -> Result<String, Mistake> {
    if text.is_empty() { Err(Mistake::Missing) } else { Ok(text) }
}

fn line(typed: &str, max_chars: usize) -> Result<String, Mistake> {
    let is_long = typed.trim().chars().count() > max_chars;
    text::clean(typed, max_chars).map_err(|_| clean_mistake(is_long, max_chars))
}

fn lines(typed: &str, max_chars: usize) -> Result<String, Mistake> {
    let is_long = typed.replace("\r\n", "\n").trim().chars().count() > max_chars;
    text::clean_lines(typed, max_chars).map_err(|_| clean_mistake(is_long, max_chars))
}

fn clean_mistake(is_long: bool, max_chars: usize) -> Mistake {
    if is_long { Mistake::TooLong(max_chars) } else { Mistake::Hidden }
}

#[cfg(test)]
mod tests {
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
}
