//! The product service.

use crate::{
    answer::{Answer, Unreadable},
    call::{Call, Kind},
    caller::Caller,
    error::CallError,
    page::{self, Page},
    peer::Peer,
    probe::Question,
    tag::Made,
};
use bytes::Bytes;
use contract::product::{Imported, Product, ProductAdded, ProductList, ProductResult};
use reqwest::{
    Method,
    header::{self, HeaderValue},
};
use std::sync::Arc;

mod media;
mod request;

pub use media::Media;
pub use request::{NewProduct, ProductChanges, ProductQuery, Sort};

/// The catalogue and its stock. Clones are one.
#[derive(Clone)]
pub struct ProductService(pub(crate) Arc<Peer>);

/// The shortest list, which goes through what every list goes through.
pub(crate) const PROBE: Question = Question {
    call: || Call::probe(&["api", "products"]).query("limit", Some("1")),
    is_good: |answer| answer.judge(Answer::json::<ProductList>).is_ok(),
};

/// Every call ends with [`CallError`] if the service refuses or does not answer as it should.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl ProductService {
    /// A page of the catalogue. Staff are shown the quantities, too.
    pub async fn list(&self, caller: Caller<'_>, query: &ProductQuery) -> Result<Page<Product>, CallError> {
        let limit = query.limit_text();
        self.0.call(caller, query.call(limit.as_deref()), products).await
    }

    /// What `make` makes of the same page, or what it made of it before if that is the one that is `known`.
    pub async fn list_as<T: Clone>(
        &self,
        caller: Caller<'_>,
        query: &ProductQuery,
        known: Option<&Made<T>>,
        make: impl Fn(Page<Product>) -> T,
    ) -> Result<Made<T>, CallError> {
        let limit = query.limit_text();
        let call = query.call(limit.as_deref()).unless(known);
        let make = |answer: &Answer| products(answer).map(&make);
        self.0.call(caller, call, |answer| Made::of(answer, known, make)).await
    }

    /// One product, by its slug or its id; else 404.
    pub async fn product(&self, caller: Caller<'_>, slug_or_id: &str) -> Result<Product, CallError> {
        self.0.call(caller, Call::get(&["api", "product", slug_or_id]), product).await
    }

    /// Adds a product; staff only. 409 names the field that is taken, 400 those that are wrong.
    pub async fn create(&self, caller: Caller<'_>, new: &NewProduct) -> Result<Product, CallError> {
        let call = Call::post(Kind::Write, &["api", "product", "create"]).json(new);
        self.0.call(caller, call, |answer| Ok(answer.json::<ProductAdded>()?.product)).await
    }

    /// Changes a product if it still has that version, else 412; staff only.
    pub async fn edit(
        &self,
        caller: Caller<'_>,
        id: i64,
        version: i64,
        changes: &ProductChanges,
    ) -> Result<Product, CallError> {
        let id = id.to_string();
        // A number between quotes always fits a header.
        let tag = HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        let call = Call::new(Kind::Write, Method::PATCH, &["api", "product", &id])
            .header(header::IF_MATCH, tag)
            .json(changes);
        self.0.call(caller, call, product).await
    }

    /// Gives a product a picture of at most 512 KiB, PNG, JPEG, WebP or AVIF; staff only.
    pub async fn set_image(
        &self,
        caller: Caller<'_>,
        id: i64,
        picture: impl Into<Bytes>,
        content_type: &str,
    ) -> Result<Product, CallError> {
        let id = id.to_string();
        // The service tells the kind by the bytes.
        let unknown = || HeaderValue::from_static("application/octet-stream");
        let content_type = HeaderValue::from_str(content_type).unwrap_or_else(|_| unknown());
        let call = Call::new(Kind::Write, Method::PUT, &["api", "product", &id, "image"])
            .bytes(content_type, picture.into());
        self.0.call(caller, call, product).await
    }

    /// Imports a catalogue of at most 16 MiB, all or nothing; staff only. A dry run writes nothing. 400 tells
    /// the mistakes by line and column: [`crate::Refused::csv_errors`].
    pub async fn import(
        &self,
        caller: Caller<'_>,
        csv: impl Into<Bytes>,
        dry_run: bool,
    ) -> Result<Imported, CallError> {
        let call = Call::post(Kind::Import, &["api", "products", "import"])
            .query("dry_run", dry_run.then_some("true"))
            .bytes(HeaderValue::from_static("text/csv"), csv.into());
        self.0.call(caller, call, Answer::json).await
    }

    /// A picture by the hash of its bytes; else 404.
    pub async fn media(&self, caller: Caller<'_>, hash: &str) -> Result<Media, CallError> {
        let call = Call { max_bytes: media::MAX_BYTES, ..Call::get(&["media", hash]) };
        self.0.call(caller, call, |answer| media::read(answer, hash)).await
    }
}

fn products(answer: &Answer) -> Result<Page<Product>, Unreadable> {
    Ok(Page { items: answer.json::<ProductList>()?.results, next: page::next(answer)? })
}

fn product(answer: &Answer) -> Result<Product, Unreadable> {
    Ok(answer.json::<ProductResult>()?.result)
}
