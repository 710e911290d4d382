//! Catalogues as CSV files: read whole, with every mistake named by line and column.
//!
//! A cell is text and nothing else: formulas are not computed, here or later.

use super::values::{Category, Description, Image, Name, Price, Quantity, Slug};
use chassis::input::FieldValue;
use contract::product::CsvError;
use csv::{ByteRecord, ReaderBuilder};
use std::collections::HashMap;

/// The columns, by the names that the header has to use. The first three are needed; order does not matter.
pub const COLUMNS: [&str; 7] =
    ["slug", "name", "price", "category", "description", "image", "stock_quantity"];

/// How many of the columns are needed.
const NEEDED: usize = 3;

/// The most mistakes that are told at once.
pub const MAX_ERRORS: usize = 100;

/// A line: a product that is to be there afterwards.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it begins; the header is line 1.
    pub number: u64,
    pub slug: Slug,
    pub name: Name,
    pub price: Price,
    /// None if the file has no such column: a known product keeps what it has.
    pub category: Option<Category>,
    /// As `category`.
    pub description: Option<Description>,
    /// As `category`; an empty cell, too, changes nothing, since pictures are also set by other means.
    pub image: Option<Image>,
    /// As `image`.
    pub quantity: Option<i64>,
}

/// The lines of a file.
///
/// # Errors
/// Every mistake, up to [`MAX_ERRORS`].
pub fn read(file: &[u8]) -> Result<Vec<Line>, Vec<CsvError>> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut records = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let mut record = ByteRecord::new();
    let mut mistakes = Mistakes::default();
    if !records.read_byte_record(&mut record).unwrap_or(false) {
        mistakes.add(1, "", format!("the header is missing: {}", COLUMNS.join(",")));
        return Err(mistakes.0);
    }
    let columns = header(&record, &mut mistakes);
    let width = record.len();
    let mut lines = Vec::new();
    let mut place = Place { file, offset: 0, line: 1 };
    let mut seen = Seen::default();
    while mistakes.0.is_empty() || (columns.is_some() && mistakes.0.len() < MAX_ERRORS) {
        match records.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                mistakes.add(records.position().line(), "", format!("cannot be read: {error}"));
                break;
            }
        }
        let number = place.of(&record);
        if record.len() != width {
            let found = record.len();
            mistakes.add(number, "", format!("has {found} cells, not {width}; quote cells that hold commas"));
            continue;
        }
        let Some(columns) = &columns else { break };
        let mut cells = Cells { number, columns, record: &record, mistakes: &mut mistakes };
        if let Some(line) = cells.line() {
            seen.check(&line, &mut mistakes);
            lines.push(line);
        }
    }
    mistakes.0.truncate(MAX_ERRORS);
    if mistakes.0.is_empty() { Ok(lines) } else { Err(mistakes.0) }
}

/// How far a file has been read.
struct Place<'f> {
    file: &'f [u8],
    offset: usize,
    line: u64,
}

impl Place<'_> {
    /// The line on which a record begins. The reader's own count is that of the end of the record before,
    /// ahead of line feeds and empty lines.
    fn of(&mut self, record: &ByteRecord) -> u64 {
        let end =
            record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let passed = self.file.get(self.offset..).unwrap_or_default();
        let blank = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let length = end.saturating_sub(self.offset).min(passed.len());
        let length = length + passed[length..].iter().take_while(blank).count();
        self.line += passed[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.offset += length;
        self.line
    }
}

/// Where each of [`COLUMNS`] is, if the header is right.
fn header(record: &ByteRecord, mistakes: &mut Mistakes) -> Option<[Option<usize>; COLUMNS.len()]> {
    let mut places = [None; COLUMNS.len()];
    for (place, cell) in record.iter().enumerate() {
        let name = String::from_utf8_lossy(cell).trim().to_ascii_lowercase();
        match COLUMNS.iter().position(|column| *column == name) {
            None => mistakes.add(1, &name, format!("is not a column; there are {}", COLUMNS.join(","))),
            Some(column) if places[column].is_some() => mistakes.add(1, &name, "is there twice"),
            Some(column) => places[column] = Some(place),
        }
    }
    for (name, place) in COLUMNS.iter().zip(&places).take(NEEDED) {
        if place.is_none() {
            mistakes.add(1, name, "is missing");
        }
    }
    mistakes.0.is_empty().then_some(places)
}

/// The mistakes so far.
#[derive(Default)]
struct Mistakes(Vec<CsvError>);

impl Mistakes {
    fn add(&mut self, line: u64, column: &str, message: impl Into<String>) {
        self.0.push(CsvError { line, column: column.to_owned(), message: message.into() });
    }
}

/// Slugs and names of the lines so far, with the line that has them.
#[derive(Default)]
struct Seen {
    slugs: HashMap<String, u64>,
    names: HashMap<String, u64>,
}

impl Seen {
    fn check(&mut self, line: &Line, mistakes: &mut Mistakes) {
        if let Some(other) = self.slugs.insert(line.slug.as_str().to_owned(), line.number) {
            mistakes.add(line.number, "slug", format!("is the slug of line {other} too"));
        } else if let Some(other) = self.names.insert(line.name.folded(), line.number) {
            mistakes.add(line.number, "name", format!("is the name of line {other} too"));
        }
    }
}

/// One record, being read.
struct Cells<'r> {
    number: u64,
    columns: &'r [Option<usize>; COLUMNS.len()],
    record: &'r ByteRecord,
    mistakes: &'r mut Mistakes,
}

impl Cells<'_> {
    fn line(&mut self) -> Option<Line> {
        // All cells are read before the first `?`: every mistake of the line is told.
        let (slug, name, price) = (self.read(0), self.read(1), self.read(2));
        let (category, description) = (self.read(3), self.read(4));
        let (image, quantity) = (self.read::<Image>(5), self.read::<Quantity>(6));
        Some(Line {
            number: self.number,
            slug: slug?,
            name: name?,
            price: price?,
            category,
            description,
            image: image.filter(|image| !image.as_str().is_empty()),
            quantity: quantity.and_then(|quantity| quantity.0),
        })
    }

    /// The cell of a column; `None` if the file has no such column, or after a mistake.
    fn read<T: FieldValue>(&mut self, column: usize) -> Option<T> {
        let cell = self.record.get(self.columns[column]?)?;
        let text = std::str::from_utf8(cell).map_err(|_| "is not valid UTF-8".to_owned());
        match text.and_then(T::from_text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.mistakes.add(self.number, COLUMNS[column], message);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ERRORS, read};

    fn mistakes(file: &[u8]) -> Vec<(u64, String)> {
        let mistakes = read(file).expect_err("the file is wrong");
        mistakes.into_iter().map(|mistake| (mistake.line, mistake.column)).collect()
    }

    #[test]
    fn a_file_from_a_spreadsheet_is_read() {
        let file = b"\xef\xbb\xbfName,slug,price,description\r\n\"Pot, big\",pot,100,\"two\r\nlines\"\r\n\r\nCup,cup,0,=1+1\r\n";
        let lines = read(file).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].number, lines[0].name.as_str()), (2, "Pot, big"));
        assert_eq!(lines[0].description.as_ref().unwrap().as_str(), "two\nlines");
        assert_eq!((lines[1].number, lines[1].price.0), (5, 0));
        assert_eq!(lines[1].description.as_ref().unwrap().as_str(), "=1+1");
        assert!(lines[1].category.is_none());
    }

    #[test]
    fn every_mistake_is_named_by_line_and_column() {
        let file = b"slug,name,price,stock_quantity\n12,Pot,-1,x\ncup,,1,\ncup2,\xff,1,\na,b\n";
        let named = |line, column: &str| (line, column.to_owned());
        assert_eq!(
            mistakes(file),
            [
                named(2, "slug"),
                named(2, "price"),
                named(2, "stock_quantity"),
                named(3, "name"),
                named(4, "name"),
                named(5, "")
            ]
        );
    }

    #[test]
    fn the_header_names_known_columns_once_and_the_needed_ones() {
        assert_eq!(mistakes(b"")[0].0, 1);
        let named = |column: &str| (1, column.to_owned());
        assert_eq!(
            mistakes(b"slug,colour,slug,price\nx,y,z,1\n"),
            [named("colour"), named("slug"), named("name")]
        );
    }

    #[test]
    fn two_lines_may_not_be_one_product() {
        let file = b"slug,name,price\na,Pot,1\na,Cup,1\nb,POT,1\n";
        assert_eq!(mistakes(file), [(3, "slug".to_owned()), (4, "name".to_owned())]);
    }

    #[test]
    fn a_hopeless_file_is_not_read_to_its_end() {
        let file = format!("slug,name,price\n{}", "!,x,y\n".repeat(10_000));
        assert_eq!(mistakes(file.as_bytes()).len(), MAX_ERRORS);
    }
}
