//! What the staff pages say.

use crate::staff::{
    form::{Field, Mistake},
    rules::{Capability, Catalogue, Rule, Seen, Standing},
};

/// The pages, as the navigation names them.
pub(crate) mod nav {
    pub(crate) const LABEL: &str = "Staff pages";
    pub(crate) const OVERVIEW: &str = "Overview";
    pub(crate) const PRODUCTS: &str = "Products";
    pub(crate) const IMPORT: &str = "Import";
    pub(crate) const ORDERS: &str = "Orders";
    pub(crate) const CUSTOMERS: &str = "Customers";
    pub(crate) const LOW_STOCK: &str = "Low stock";
    pub(crate) const RULES: &str = "Rules";
}

/// Words that several pages use.
pub(crate) mod word {
    use contract::product::Stock;

    pub(crate) const SAVE: &str = "Save";
    pub(crate) const FILTER: &str = "Show";
    pub(crate) const ALL: &str = "All";
    pub(crate) const PAGES: &str = "Pages";
    pub(crate) const NEXT: &str = "Next page";
    pub(crate) const FIRST: &str = "First page";
    pub(crate) const UP: &str = "Up";
    pub(crate) const DOWN: &str = "Down";
    pub(crate) const UNKNOWN: &str = "Not heard from yet";
    pub(crate) const NOT_COUNTED: &str = "Not counted";

    /// The stock in a word; the number stands beside it.
    pub(crate) fn stock(stock: Stock) -> &'static str {
        match stock {
            Stock::InStock => "In stock",
            Stock::Low => "Low",
            Stock::Out => "Out",
        }
    }
}

/// The overview.
pub(crate) mod overview {
    pub(crate) const TITLE: &str = "Staff overview";
    pub(crate) const LEAD: &str = "What waits for you, and how the shop fares.";
    pub(crate) const TO_FULFIL: &str = "Orders to fulfil";
    pub(crate) const NONE_TO_FULFIL: &str = "Nothing waits to be fulfilled.";
    pub(crate) const ORDERS_DOWN: &str = "Orders are paused for a moment. Nothing is lost; they show again as soon as \
                                   the order service is back.";
    pub(crate) const ALL_TO_FULFIL: &str = "All confirmed orders";
    pub(crate) const MORE_TO_FULFIL: &str = "There are more: all confirmed orders";
    pub(crate) const LOW_STOCK: &str = "Running low";
    pub(crate) const NONE_LOW: &str = "Nothing is running low.";
    pub(crate) const ALL_LOW: &str = "All that is low or out";
    pub(crate) const STATE: &str = "The shop now";
    pub(crate) const ALL_RULES: &str = "The rules in full";

    pub(crate) fn rules_holding(holding: usize, all: usize) -> String {
        format!("{holding} of {all} rules hold")
    }

    pub(crate) fn low_count(low: usize, out: usize) -> String {
        format!("{} low, {} out of stock", super::count(low, "product", "products"), out)
    }
}

/// The list of products.
pub(crate) mod products {
    pub(crate) const TITLE: &str = "Products";
    pub(crate) const NEW: &str = "New product";
    pub(crate) const SEARCH: &str = "Search products";
    pub(crate) const CATEGORY: &str = "Category";
    pub(crate) const AVAILABILITY: &str = "Availability";
    pub(crate) const ANY: &str = "Any";
    pub(crate) const AVAILABLE: &str = "Available";
    pub(crate) const NOT_AVAILABLE: &str = "Out of stock";
    pub(crate) const SORT: &str = "Sort by";
    pub(crate) const BY_AGE: &str = "Oldest first";
    pub(crate) const PRODUCT: &str = "Product";
    pub(crate) const PRICE: &str = "Price";
    pub(crate) const STOCK: &str = "Stock";
    pub(crate) const NONE: &str = "No products yet";
    pub(crate) const NONE_LEAD: &str = "Make the first one, or bring a whole catalogue as a CSV file.";
    pub(crate) const NONE_FOUND: &str = "No product fits";
    pub(crate) const NONE_FOUND_LEAD: &str = "Try fewer words, or another category.";
    pub(crate) const CLEAR: &str = "Show all products";
    pub(crate) const TABLE: &str = "Products, with price and stock";
    pub(crate) const READ_ONLY: &str = "The product service does not answer. Products can be looked at but not changed; \
                                 stock numbers are not known here.";

    pub(crate) const FROM_COPY: &str = "This list goes on in the last known catalogue, where stock numbers are not \
                                        known. Show the list anew for the present one.";

    /// `written` is the number as the locale writes it.
    pub(crate) fn pieces(pieces: i64, written: &str) -> String {
        format!("{written} {}", if pieces == 1 { "piece" } else { "pieces" })
    }
}

/// The form of a product.
pub(crate) mod product {
    use super::{Field, Mistake};

    pub(crate) const NEW: &str = "New product";
    pub(crate) const CREATE: &str = "Create product";
    pub(crate) const DETAILS: &str = "Details";
    pub(crate) const PICTURE: &str = "Picture";
    pub(crate) const NO_PICTURE: &str = "No picture yet.";
    pub(crate) const UPLOAD: &str = "Choose a picture";
    pub(crate) const UPLOAD_HINT: &str =
        "PNG, JPEG, WebP or AVIF, at most 512 KiB. Square pictures look best.";
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
}

/// The import of a CSV file.
pub(crate) mod import {
    pub(crate) const TITLE: &str = "Import products";
    pub(crate) const LEAD: &str = "Bring many products at once from a CSV file. Known slugs are updated, new \
                            ones are created, and nothing is deleted. All of a file is imported, or none of it.";
    pub(crate) const FILE: &str = "CSV file";
    pub(crate) const FILE_HINT: &str = "UTF-8, at most 16 MiB.";
    pub(crate) const PASTE: &str = "Or paste the lines here";
    pub(crate) const PASTE_HINT: &str = "The first line names the columns.";
    pub(crate) const CHECK: &str = "Check only";
    pub(crate) const IMPORT: &str = "Import";
    pub(crate) const IMPORT_NOW: &str = "Import these products";
    pub(crate) const IMPORT_AGAIN: &str = "Send the same file again";
    pub(crate) const EXAMPLE: &str = "An example";
    pub(crate) const FORMAT: &str = "How the file looks";
    pub(crate) const FORMAT_COLUMNS: &str = "Columns, in any order. The first three are needed:";
    pub(crate) const FORMAT_PRICE: &str =
        "Prices are whole numbers of the currency's smallest unit: 1450 is 14.50.";
    pub(crate) const FORMAT_EMPTY: &str = "An empty image or stock_quantity changes nothing.";
    pub(crate) const FORMAT_EXAMPLE: &str = "slug,name,price,category,description,image,stock_quantity\n\
                                      spring-sencha,Spring Sencha,1290,Green tea,\"Fresh, grassy, sweet.\",,40";
    pub(crate) const NOTHING_SENT: &str = "Choose a file or paste some lines first.";
    pub(crate) const BOTH_SENT: &str = "Choose a file or paste lines, not both.";
    pub(crate) const TOO_LARGE: &str = "This file has more than 16 MiB. Split it into several.";
    pub(crate) const NOT_READ: &str = "The form did not arrive whole. Please send it again.";
    pub(crate) const FILE_GONE: &str = "The checked file is no longer kept here. Please choose it again.";
    pub(crate) const CHECKED: &str = "The file is right";
    pub(crate) const CHECKED_LEAD: &str = "Nothing was written yet. This is what the import would do:";
    pub(crate) const KEPT: &str = "The file is kept here for ten minutes; it need not be chosen again.";
    pub(crate) const CREATED: &str = "New products";
    pub(crate) const UPDATED: &str = "Updated products";
    pub(crate) const UNCHANGED: &str = "Unchanged products";
    pub(crate) const MISTAKES: &str = "The file has mistakes";
    pub(crate) const MISTAKES_LEAD: &str =
        "Nothing was imported. Correct these places and send the file again.";
    pub(crate) const MISTAKES_MORE: &str = "There may be more: at most 100 are shown at once.";
    pub(crate) const MISTAKES_TABLE: &str = "Mistakes by line and column";
    pub(crate) const LINE: &str = "Line";
    pub(crate) const COLUMN: &str = "Column";
    pub(crate) const WHAT: &str = "What is wrong";
    pub(crate) const WHOLE_LINE: &str = "(whole line)";
    pub(crate) const UNAVAILABLE_CHECK: &str = "The product service does not answer, so the file could not be checked. \
                                         Nothing was written. Send it again in a moment.";
    pub(crate) const UNAVAILABLE: &str = "The product service does not answer, so nothing was imported. Send the file \
                                   again in a moment.";
    pub(crate) const LOST: &str = "The product service did not answer in time: we do not know yet whether the products \
                            were imported. Sending the same file again is safe: what is there already stays as \
                            it is.";
    pub(crate) const DISABLED: &str = "The product service does not answer, so nothing can be imported for now. Load \
                                this page again in a moment.";
    pub(crate) const PROGRESS: &str = "Import";
    pub(crate) const STEP_READ: &str = "Read";
    pub(crate) const STEP_CHECK: &str = "Checking";
    pub(crate) const STEP_CHECKED: &str = "Checked";
    pub(crate) const STEP_WRITE: &str = "Writing";
    pub(crate) const STEP_DONE: &str = "Done";
    pub(crate) const STEP_STOPPED: &str = "Stopped";
    pub(crate) const STAY: &str = "This page fills by itself. The import goes on even if you leave it.";
    pub(crate) const AGAIN: &str = "Back to the import";
    pub(crate) const TO_PRODUCTS: &str = "To the products";

    pub(crate) fn read(lines: usize, bytes: usize) -> String {
        format!("{}, {} KiB", super::count(lines, "line", "lines"), bytes.div_ceil(1024))
    }

    pub(crate) fn counts(created: u64, updated: u64, unchanged: u64) -> String {
        format!("{created} new, {updated} updated, {unchanged} unchanged")
    }

    pub(crate) fn seconds(seconds: u64) -> String {
        format!("{seconds} s …")
    }

    pub(crate) fn done(created: u64, updated: u64, unchanged: u64) -> String {
        format!("Products imported: {}.", counts(created, updated, unchanged))
    }
}

/// Everybody's orders.
pub(crate) mod orders {
    pub(crate) const TITLE: &str = "Orders";
    pub(crate) const FILTER: &str = "State";
    pub(crate) const TABLE: &str = "Orders, newest first";
    pub(crate) const ORDER: &str = "Order";
    pub(crate) const PLACED: &str = "Placed";
    pub(crate) const CUSTOMER: &str = "Customer";
    pub(crate) const PIECES: &str = "Pieces";
    pub(crate) const TOTAL: &str = "Total";
    pub(crate) const STATE: &str = "State";
    pub(crate) const ACTION: &str = "Action";
    pub(crate) const FULFIL: &str = "Fulfil";
    pub(crate) const CANCEL: &str = "Cancel order";
    pub(crate) const CANCEL_DO: &str = "Yes, cancel it";
    pub(crate) const BASKETS: &str = "Baskets";
    pub(crate) const CANCEL_SURE: &str = "The customer's order is given up and its stock is free again.";
    pub(crate) const NONE: &str = "No orders yet";
    pub(crate) const NONE_LEAD: &str = "They will show here as soon as somebody orders.";
    pub(crate) const NONE_FOUND: &str = "No orders in this state";
    pub(crate) const LINES: &str = "Lines";
    pub(crate) const PRODUCT: &str = "Product";
    pub(crate) const QUANTITY: &str = "Quantity";
    pub(crate) const UNIT_PRICE: &str = "Price each";
    pub(crate) const LINE_TOTAL: &str = "Sum";
    pub(crate) const DELIVERY: &str = "Delivery";
    pub(crate) const NO_DELIVERY: &str = "No delivery address was given.";
    pub(crate) const BACK: &str = "All orders";
    pub(crate) const FULFILLED: &str = "The order was fulfilled.";
    pub(crate) const UNAVAILABLE: &str = "Orders are paused for a moment: the order service does not answer. Nothing is \
                                   lost. Products and customers work on.";
    pub(crate) const NOT_DONE: &str = "The order service did not answer. Look at the state below; pressing the button \
                                again is safe.";
    pub(crate) const NOT_BASKET: &str = "This is a basket that was not ordered yet.";

    pub(crate) fn number(id: i64) -> String {
        format!("Order {id}")
    }

    pub(crate) fn customer(id: i64) -> String {
        format!("Customer {id}")
    }

    pub(crate) fn fulfil(id: i64) -> String {
        format!("Fulfil order {id}")
    }

    /// Why an order could not be fulfilled or cancelled: it is in another state by now.
    pub(crate) fn conflict(state: &str) -> String {
        format!("Not done: the order is {} by now. This is how it stands.", state.to_lowercase())
    }
}

/// The customers.
pub(crate) mod customers {
    pub(crate) const TITLE: &str = "Customers";
    pub(crate) const LEAD: &str = "Everybody with an account, oldest first.";
    pub(crate) const TABLE: &str = "Accounts";
    pub(crate) const NUMBER: &str = "Number";
    pub(crate) const USERNAME: &str = "Username";
    pub(crate) const NAME: &str = "Name";
    pub(crate) const EMAIL: &str = "E-mail";
    pub(crate) const STANDING: &str = "Standing";
    pub(crate) const ACTIVE: &str = "Active";
    pub(crate) const RESTING: &str = "Deactivated";
    pub(crate) const STAFF: &str = "Staff";
    pub(crate) const YOU: &str = "you";
    pub(crate) const FIND: &str = "Customer number";
    pub(crate) const FIND_HINT: &str = "As on an order.";
    pub(crate) const NOT_A_NUMBER: &str = "Type a number, as it stands on an order.";
    pub(crate) const OPEN: &str = "Open";
    pub(crate) const NONE: &str = "No accounts";
    pub(crate) const BACK: &str = "All customers";
    pub(crate) const RESET: &str = "Set a new password";
    pub(crate) const RESET_LEAD: &str = "All sessions of this account end. Tell the customer the new password in person, \
                                  and ask them to change it.";
    pub(crate) const NEW_PASSWORD: &str = "New password";
    pub(crate) const NEW_PASSWORD_HINT: &str = "8 to 128 characters.";
    pub(crate) const DEACTIVATE: &str = "Deactivate account";
    pub(crate) const DEACTIVATE_LEAD: &str = "Its sessions end, and nobody can log in to it until it is activated again. \
                                       Its orders stay.";
    pub(crate) const ACTIVATE: &str = "Activate account";
    pub(crate) const ACTIVATE_LEAD: &str = "Its owner can log in again.";
    pub(crate) const GRANT: &str = "Grant staff";
    pub(crate) const GRANT_LEAD: &str =
        "Staff edit products, and see all orders and accounts. It counts from the next login on.";
    pub(crate) const REVOKE: &str = "Revoke staff";
    pub(crate) const REVOKE_LEAD: &str = "The account becomes a customer's again, and its sessions end.";
    pub(crate) const SELF: &str = "This is your own account. Somebody else has to deactivate it or revoke its standing; \
                            change your password on your account page.";
    pub(crate) const ACCOUNT_PAGE: &str = "Your account";
    pub(crate) const DONE_RESET: &str = "The password was set.";
    pub(crate) const DONE_DEACTIVATE: &str = "The account was deactivated.";
    pub(crate) const DONE_ACTIVATE: &str = "The account was activated.";
    pub(crate) const DONE_GRANT: &str = "The account is staff now.";
    pub(crate) const DONE_REVOKE: &str = "The account is a customer's now.";
    pub(crate) const LAST_STAFF: &str =
        "This is the last active staff account. Grant staff to another active account first.";
    pub(crate) const NO_PASSWORD: &str = "Type a new password.";
    pub(crate) const UNAVAILABLE: &str = "Accounts are resting: the user service does not answer. Products and orders \
                                   work on.";
    pub(crate) const NOT_DONE: &str = "The user service did not answer, so it is not known whether this was done. \
                                Pressing the button again is safe.";
    pub(crate) const PASSWORD_NOT_DONE: &str = "The user service did not answer, so it is not known whether the password \
                                         was set. Type it again; setting it twice does no harm.";

    pub(crate) fn account(username: &str) -> String {
        format!("Account of {username}")
    }
}

/// What is low or out.
pub(crate) mod low_stock {
    pub(crate) const TITLE: &str = "Low stock";
    pub(crate) const LEAD: &str = "What is sold out, then what has five pieces or fewer.";
    pub(crate) const TABLE: &str = "Products that are low or out of stock";
    pub(crate) const NONE: &str = "Nothing is running low";
    pub(crate) const NONE_LEAD: &str = "Every product that is counted has more than five pieces.";
    pub(crate) const UNKNOWN: &str = "No catalogue is known yet";
    pub(crate) const UNKNOWN_LEAD: &str =
        "The product service has not been heard from since this shop was started.";
    pub(crate) const RESTOCK: &str = "Restock";
    pub(crate) const NUMBERS_DOWN: &str =
        "The product service does not answer, so the numbers are not known here.";
    pub(crate) const PARTIAL: &str = "The catalogue is larger than what is kept here, so there may be more.";

    pub(crate) fn restock(name: &str) -> String {
        format!("Restock {name}")
    }
}

/// The rules of the shop, and which hold now.
pub(crate) mod rules {
    use super::{Capability, Catalogue, Rule, Seen, Standing};

    pub(crate) const TITLE: &str = "The rules of this shop";
    pub(crate) const LEAD: &str = "The shop is made of parts that fail apart. These are its promises, and how each fares at \
                            this moment, as seen from this storefront.";
    pub(crate) const RULES: &str = "Six rules";
    pub(crate) const CAPABILITIES: &str = "What a shopper can do now";
    pub(crate) const PARTS: &str = "Parts";
    pub(crate) const CATALOGUE: &str = "Catalogue";
    pub(crate) const TRY: &str =
        "Stop a part from a second terminal and watch this page: it tells within a few seconds.";
    pub(crate) const SINCE_NOTE: &str = "Times count from when this storefront was started; another replica may have seen \
                                  a change a moment earlier or later.";

    pub(crate) fn part(name: &str) -> &'static str {
        match name {
            "user" => "User service",
            "product" => "Product service",
            "order" => "Order service",
            _ => "Storefront",
        }
    }

    pub(crate) fn part_does(name: &str) -> &'static str {
        match name {
            "user" => "accounts, sessions",
            "product" => "catalogue, stock, pictures",
            "order" => "baskets, orders",
            _ => "these pages",
        }
    }

    pub(crate) fn seen(seen: Seen) -> &'static str {
        match seen {
            Seen::Up => super::word::UP,
            Seen::Down => super::word::DOWN,
            Seen::Unknown => super::word::UNKNOWN,
        }
    }

    pub(crate) fn can(seen: Seen) -> &'static str {
        match seen {
            Seen::Up => "Possible",
            Seen::Down => "Resting",
            Seen::Unknown => "Not known yet",
        }
    }

    pub(crate) fn capability(capability: Capability) -> &'static str {
        match capability {
            Capability::Browse => "Browse",
            Capability::Register => "Register",
            Capability::LogIn => "Log in",
            Capability::Order => "Order",
        }
    }

    /// Why a capability is as it is.
    pub(crate) fn why(capability: Capability, seen: Seen, catalogue: Catalogue) -> &'static str {
        match (capability, seen) {
            (_, Seen::Unknown) => "The service was not heard from yet.",
            (Capability::Browse, _) => self::catalogue(catalogue),
            (Capability::Register, Seen::Up) => "The user service takes new accounts.",
            (Capability::Register, Seen::Down) => {
                "The user service does not answer. The form says so and keeps what was typed."
            }
            (Capability::LogIn, Seen::Up) => "The user service takes logins.",
            (Capability::LogIn, Seen::Down) => {
                "The user service does not answer. Who is logged in stays so while their key is valid."
            }
            (Capability::Order, Seen::Up) => {
                "The order service takes orders; stock is reserved as soon as it can be."
            }
            (Capability::Order, Seen::Down) => {
                "The order service does not answer. Baskets are kept and filled meanwhile."
            }
        }
    }

    pub(crate) fn catalogue(catalogue: Catalogue) -> &'static str {
        match catalogue {
            Catalogue::Live => "Products come straight from the product service.",
            Catalogue::Copy => "Products are shown from the last known catalogue, with its age.",
            Catalogue::Never => "No catalogue was seen yet. The pages say so calmly.",
        }
    }

    pub(crate) fn rule(rule: Rule) -> &'static str {
        match rule {
            Rule::RegisterWithoutProducts => "If the product service is down, people still register.",
            Rule::BrowseWithoutOrders => "If the order service is down, all products are still shown.",
            Rule::LogInWithoutOthers => "If the order or the product service is down, people still log in.",
            Rule::AlwaysShown => "The storefront is shown, whatever is down.",
            Rule::Apart => "Each service has its own data and needs no other service to do its work.",
            Rule::NothingLost => {
                "Only those who are logged in order, and nothing acknowledged is ever lost, sold twice or shown \
                 to the wrong person."
            }
        }
    }

    pub(crate) fn standing(standing: Standing) -> &'static str {
        match standing {
            Standing::Holds => "Holds",
            Standing::Proven => "Holds, right now",
            Standing::Resting => "Cannot show itself",
            Standing::Unknown => "Not known yet",
        }
    }

    /// Why a rule fares as it does.
    pub(crate) fn explained(rule: Rule, standing: Standing) -> &'static str {
        match (rule, standing) {
            (_, Standing::Unknown) => "The services were not heard from yet.",
            (Rule::RegisterWithoutProducts, Standing::Holds) => {
                "The product service is up, so nothing tests it."
            }
            (Rule::RegisterWithoutProducts, Standing::Proven) => {
                "The product service is down, and people register all the same."
            }
            (Rule::RegisterWithoutProducts, Standing::Resting) => {
                "The user service itself is down, of which this rule does not speak: registering rests."
            }
            (Rule::BrowseWithoutOrders, Standing::Holds) => "The order service is up, so nothing tests it.",
            (Rule::BrowseWithoutOrders, Standing::Proven) => {
                "The order service is down, and all products are shown."
            }
            (Rule::BrowseWithoutOrders, Standing::Resting) => {
                "The product service is down too, and no catalogue was seen before."
            }
            (Rule::LogInWithoutOthers, Standing::Holds) => "Both are up, so nothing tests it.",
            (Rule::LogInWithoutOthers, Standing::Proven) => {
                "A service is down that has no part in it, and people log in."
            }
            (Rule::LogInWithoutOthers, Standing::Resting) => {
                "The user service itself is down, of which this rule does not speak: logging in rests."
            }
            (Rule::AlwaysShown, Standing::Proven) => "A service is down, and you read this page.",
            (Rule::AlwaysShown, _) => "All services are up, and you read this page.",
            (Rule::Apart, Standing::Proven) => "A service is down, and the others answer.",
            (Rule::Apart, Standing::Resting) => {
                "All services are down at once, so none can show that it stands alone."
            }
            (Rule::Apart, _) => "All services are up; none asks another one to answer you.",
            (Rule::NothingLost, _) => {
                "So by construction, whatever is down: every change is on disk before it is acknowledged."
            }
        }
    }

    pub(crate) fn since(time: &str) -> String {
        format!("since {time}")
    }

    pub(crate) fn copy_age(age: &str) -> String {
        format!("The copy was last known to be current {age}.")
    }

    pub(crate) fn copy_size(products: usize) -> String {
        format!("{} in the copy", super::count(products, "product", "products"))
    }
}

/// A number with its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
