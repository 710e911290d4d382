//! Pictures, by the hash of their bytes, and the products they belong to.

use super::{Record, Store, record};
use crate::{Error, domain::values::Image};
use database::values;

/// A picture that staff have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl Store {
    /// The picture with this hash.
    ///
    /// # Errors
    /// There is none, or the database cannot be read.
    pub async fn picture(&self, hash: &str) -> Result<Picture, Error> {
        let row = self
            .database
            .fetch_optional("SELECT content_type, bytes FROM pictures WHERE hash = $1", values![hash])
            .await?
            .ok_or(Error::PictureNotFound)?;
        Ok(Picture { media_type: row.get("content_type")?, bytes: row.get("bytes")? })
    }

    /// Keeps a picture and makes it the product's.
    ///
    /// # Errors
    /// There is no such product, or the database cannot be written.
    pub async fn set_picture(
        &self,
        id: i64,
        hash: String,
        picture: Picture,
        traceparent: Option<String>,
    ) -> Result<Record, Error> {
        let currency = self.currency;
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    transaction
                        .execute(
                            "INSERT INTO pictures (hash, content_type, bytes) VALUES ($1, $2, $3) \
                             ON CONFLICT (hash) DO NOTHING",
                            values![&hash, picture.media_type, picture.bytes],
                        )
                        .await?;
                    let changed = transaction
                        .execute(
                            "UPDATE products SET image = $2, version = version + 1, revision = revision + 1, \
                             edited_revision = revision + 1 WHERE id = $1 AND image <> $2",
                            values![id, Image::of_media(&hash).as_str()],
                        )
                        .await?;
                    let record =
                        record::by_id(transaction, id, currency).await?.ok_or(Error::ProductNotFound)?;
                    if changed == 1 {
                        record.publish(transaction, traceparent.as_ref());
                    }
                    Ok(record)
                })
            })
            .await
    }
}
