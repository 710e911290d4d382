//! The product form: what was typed, what is wrong with it, and what it would change. No effects.

mod value;

use contract::product::Product;
use value::{line, lines, link, price, required, slug, written_price};
pub(crate) use value::{pieces, written_pieces};

/// The most characters of each text, as the product service sets them (its `domain/values.rs`).
const MAX_NAME: usize = 200;
const MAX_CATEGORY: usize = 100;
const MAX_DESCRIPTION: usize = 10_000;

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

#[cfg(test)]
mod tests;
