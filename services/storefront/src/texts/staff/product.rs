//! The form of a product.

use crate::staff::form::{Field, Mistake};

pub(crate) const NEW: &str = "New product";
pub(crate) const CREATE: &str = "Create product";
pub(crate) const DETAILS: &str = "Details";
pub(crate) const PICTURE: &str = "Picture";
pub(crate) const NO_PICTURE: &str = "No picture yet.";
pub(crate) const UPLOAD: &str = "Choose a picture";
pub(crate) const UPLOAD_HINT: &str = "PNG, JPEG, WebP or AVIF, at most 512 KiB. Square pictures look best.";
pub(crate) const UPLOAD_SEND: &str = "Upload picture";
pub(crate) const BACK: &str = "All products";
pub(crate) const VIEW: &str = "See in the shop";
pub(crate) const DISABLED: &str = "The product service does not answer, so nothing can be saved for now. This page \
                            shows the last known state; load it again in a moment.";
pub(crate) const DISABLED_NEW: &str = "The product service does not answer, so no product can be made for now. Load this page again in a moment.";
pub(crate) const SAVE_FAILED: &str = "The product service does not answer. What you typed is still here; press the \
                               button again in a moment.";
pub(crate) const SAVE_UNKNOWN: &str = "We do not know whether this was saved: the product service did not answer in \
                                time. What you typed is still here. Pressing the button again is safe: \
                                nothing is saved twice, and nobody's change is overwritten unseen.";
pub(crate) const PICTURE_FAILED: &str = "The product service did not answer, so the picture may not be there. Choose \
                                  it again in a moment; sending it twice does no harm.";
pub(crate) const CONFLICT: &str = "Changed by somebody else";
pub(crate) const CONFLICT_LEAD: &str = "While you were typing, this product was changed. Nothing of yours was saved \
                                 yet. Compare both, correct the form if you like, and save again to put your \
                                 values in place.";
pub(crate) const CONFLICT_TABLE: &str = "Your values and the present ones";
pub(crate) const CONFLICT_FIELD: &str = "Field";
pub(crate) const YOURS: &str = "You typed";
pub(crate) const THEIRS: &str = "Present value";
pub(crate) const EMPTY: &str = "(empty)";
pub(crate) const CREATED: &str = "The product was created.";
pub(crate) const SAVED: &str = "The product was saved.";
pub(crate) const PICTURE_SAVED: &str = "The picture was saved.";
pub(crate) const NO_FILE: &str = "Choose a file first.";
pub(crate) const NOT_A_PICTURE: &str = "This is not a PNG, JPEG, WebP or AVIF picture.";
pub(crate) const TOO_LARGE: &str = "This file has more than 512 KiB. Make it smaller and try again.";

pub(crate) fn edit(name: &str) -> String {
    format!("Edit {name}")
}

pub(crate) fn picture_of(name: &str) -> String {
    format!("Picture of {name}")
}

pub(crate) fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::Slug => "Slug",
        Field::Price => "Price",
        Field::Category => "Category",
        Field::Description => "Description",
        Field::Image => "Link to a picture",
        Field::StockQuantity => "Stock",
    }
}

/// What helps to fill a field; `currency` is its code.
pub(crate) fn hint(field: Field, currency: &str, example: &str) -> String {
    match field {
        Field::Name => String::new(),
        Field::Slug => "The last part of its web address: letters, digits and hyphens, such as \
                        spring-sencha."
            .into(),
        Field::Price => format!("In {currency}, such as {example}."),
        Field::Category => "Products of one category are shown together.".into(),
        Field::Description => "A few sentences; line breaks are kept.".into(),
        Field::Image => "A web address. Or leave it, and upload a picture.".into(),
        Field::StockQuantity => {
            "Pieces that nobody has ordered yet. Empty: not counted, always available.".into()
        }
    }
}

/// What is wrong with a field, and what would be right.
pub(crate) fn mistake(field: Field, mistake: Mistake) -> String {
    let label = label(field);
    match mistake {
        Mistake::Missing => match field {
            Field::Name => "Give the product a name.".into(),
            Field::Slug => "Give the product a slug, such as spring-sencha.".into(),
            Field::Price => "Give the product a price; 0 is a price too.".into(),
            _ => format!("{label} is needed."),
        },
        Mistake::TooLong(most) => format!("{label} may have at most {most} characters."),
        Mistake::Hidden => format!("{label} holds characters that cannot be seen. Type it anew."),
        Mistake::NotASlug => "Use letters without accents, digits, hyphens and underscores only.".into(),
        Mistake::DigitsOnly => "Use at least one letter: digits alone are a product's number.".into(),
        Mistake::Taken if field == Field::Slug => "Another product has this slug.".into(),
        Mistake::Taken => "Another product has this name.".into(),
        Mistake::NotAPrice => {
            "Type a price in digits, such as 14.50, without marks between thousands.".into()
        }
        Mistake::TooManyDecimals(0) => "Prices in this currency are whole numbers.".into(),
        Mistake::TooManyDecimals(decimals) => {
            format!("Use at most {decimals} decimals, and no marks between thousands.")
        }
        Mistake::TooHigh => "This price is higher than the shop can count.".into(),
        Mistake::NotPieces => "Type a whole number from 0 to 1000000000, or leave it empty.".into(),
        Mistake::NotALink => "Type an address that begins with https://, or leave it empty.".into(),
    }
}
