//! Multipart forms with a file in them, read from a body that is already here whole.

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::HeaderMap,
};
use std::collections::HashMap;

/// The form is not what it says, or not whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A form's texts and files by the names of their fields; of one name, the last counts.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    texts: HashMap<String, String>,
    files: HashMap<String, Bytes>,
}

impl Upload {
    /// Reads a form of either kind.
    pub(crate) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Self, Unreadable> {
        let is_urlencoded = headers
            .get(axum::http::header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        if is_urlencoded {
            let texts = form_urlencoded::parse(&body).into_owned().collect();
            return Ok(Self { texts, files: HashMap::new() });
        }
        let mut request = Request::new(Body::from(body));
        *request.headers_mut() = headers.clone();
        // The body was bounded when it was read.
        DefaultBodyLimit::disable().apply(&mut request);
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| Unreadable)?;
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await.map_err(|_| Unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            let bytes = field.bytes().await.map_err(|_| Unreadable)?;
            if is_file {
                upload.files.insert(name, bytes);
            } else {
                upload.texts.insert(name, String::from_utf8(bytes.into()).map_err(|_| Unreadable)?);
            }
        }
        Ok(upload)
    }

    /// What was typed into a field.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.texts.remove(name)
    }

    /// The file that was chosen; a field without one is sent as an empty file.
    pub(crate) fn file(&mut self, name: &str) -> Option<Bytes> {
        self.files.remove(name).filter(|bytes| !bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, Upload};
    use axum::{
        body::Bytes,
        http::{HeaderMap, HeaderValue, header},
    };

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[tokio::test]
    async fn files_and_texts_are_told_apart_and_a_file_may_be_larger_than_the_frameworks_bound() {
        let large = "x".repeat(3 * 1024 * 1024);
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\na,b\r\n\
             --b\r\ncontent-disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n\
             --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\n\
             content-type: text/csv\r\n\r\n{large}\r\n--b--\r\n"
        );
        let form = headers("multipart/form-data; boundary=b");
        let mut upload = Upload::read(&form, Bytes::from(body)).await.unwrap();
        assert_eq!(upload.text("text").as_deref(), Some("a,b"));
        assert_eq!(upload.file("none"), None);
        assert_eq!(upload.file("file").map(|file| file.len()), Some(large.len()));
    }

    #[tokio::test]
    async fn half_a_form_is_not_read() {
        let body = Bytes::from_static(b"--b\r\ncontent-disposition: form-data; name=\"file\"; filen");
        let form = headers("multipart/form-data; boundary=b");
        assert_eq!(Upload::read(&form, body.clone()).await.unwrap_err(), Unreadable);
        assert_eq!(Upload::read(&headers("text/plain"), body).await.unwrap_err(), Unreadable);
    }
}
