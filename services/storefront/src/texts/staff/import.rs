//! The import of a CSV file.

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
pub(crate) const MISTAKES_LEAD: &str = "Nothing was imported. Correct these places and send the file again.";
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
