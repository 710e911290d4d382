//! `/staff/import`: a CSV file is checked, and imported while the page tells how far it is.
//!
//! A check answers as any form does. An import answers at once with the beginning of a page, and the rest of it
//! arrives as things happen, without a script. The import itself is a task of its own: it goes on if nobody
//! watches, and its time limit is the client's, not that of a request.

mod kept;
mod running;

use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chassis::input::{BodyLimit, RawBody, TimeLimit};
use chassis::problem::ApiError;
use std::sync::Arc;
use uuid::Uuid;

use self::kept::{KEPT_FOR, Kept};
use super::door::Inside;
use super::refusals::{Ended, ended, status};
use super::upload::Upload;
use crate::shop::Shop;
use crate::texts::staff as text;
use crate::views::staff::{ImportForm, ImportPage, Outcome};
use crate::views::{FormErrors, Health};
use crate::visit::Visit;

/// The most bytes of a file, as the product service sets it (its `http/import.rs`).
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The form: the file or its text, and what multipart writes around it.
const FORM: BodyLimit = BodyLimit(MAX_BYTES + 64 * 1024);

/// How long the form may take to come and a check to be done, as at the product service (its `http/import.rs`).
const TIME: TimeLimit = TimeLimit(Duration::from_secs(120));

/// How long a check is waited for: half of that, so that a file that came slowly is not checked in vain.
const CHECK: Duration = Duration::from_secs(60);

/// The routes of the import, which keep files between the check and the import.
pub(super) fn routes() -> Router<Arc<Shop>> {
    let importing = get(show).post(send);
    Router::new()
        .route("/staff/import", importing)
        .layer(Extension(FORM))
        .layer(Extension(TIME))
        .layer(Extension(Kept::default()))
}

async fn show(Inside(mut visit): Inside) -> Response {
    let disabled = (visit.shop.parts().product == Health::Down).then_some(text::import::DISABLED);
    let form = ImportForm { disabled, ..ImportForm::default() };
    page(&mut visit, StatusCode::OK, form, None)
}

async fn send(
    Inside(mut visit): Inside,
    Extension(kept): Extension<Kept>,
    headers: HeaderMap,
    body: Result<RawBody, ApiError>,
) -> Response {
    let body = match body {
        Ok(RawBody(body)) => body,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return wrong(&mut visit, StatusCode::PAYLOAD_TOO_LARGE, "", "file", text::import::TOO_LARGE);
        }
        Err(error) => return error.into_response(),
    };
    let Ok(mut upload) = Upload::read(&headers, body).await else {
        return wrong(&mut visit, StatusCode::BAD_REQUEST, "", "", text::import::NOT_READ);
    };
    let is_check = upload.text("dry_run").as_deref() == Some("true");
    let owner = visit.principal().map_or(0, |principal| principal.user_id);
    let now = visit.shop.clock.now_unix_ms();
    let pasted = upload.text("text").unwrap_or_default();
    let file = match (upload.file("file"), pasted.trim().is_empty(), upload.text("kept")) {
        (Some(_), false, _) => {
            return wrong(&mut visit, StatusCode::BAD_REQUEST, &pasted, "file", text::import::BOTH_SENT);
        }
        (Some(file), true, _) => file,
        (None, false, _) => Bytes::from(pasted.clone()),
        (None, true, Some(id)) => match id.parse().ok().and_then(|id| kept.get(id, owner, now)) {
            Some(file) => file,
            None => return wrong(&mut visit, StatusCode::CONFLICT, "", "file", text::import::FILE_GONE),
        },
        (None, true, None) => {
            return wrong(&mut visit, StatusCode::BAD_REQUEST, "", "file", text::import::NOTHING_SENT);
        }
    };
    if file.len() > MAX_BYTES {
        return wrong(&mut visit, StatusCode::PAYLOAD_TOO_LARGE, "", "file", text::import::TOO_LARGE);
    }
    if visit.shop.parts().product == Health::Down {
        let field = if pasted.is_empty() { "file" } else { "text" };
        let sentence = text::import::UNAVAILABLE;
        return wrong(&mut visit, StatusCode::SERVICE_UNAVAILABLE, &pasted, field, sentence);
    }
    if is_check {
        return check(&mut visit, &kept, owner, file, pasted).await;
    }
    let id = keep(&visit, &kept, owner, file.clone());
    running::start(&mut visit, kept, owner, id, file, pasted)
}

/// What an import would do.
async fn check(visit: &mut Visit, kept: &Kept, owner: i64, file: Bytes, pasted: String) -> Response {
    let (service, sent) = (&visit.shop.peers.product.clone(), &file);
    let asked = visit.ask(|me| async move { service.import(me.caller(), sent.clone(), true).await });
    let field = if pasted.is_empty() { "file" } else { "text" };
    let error = match tokio::time::timeout(CHECK, asked).await {
        Ok(Ok(counts)) => {
            let kept = keep(visit, kept, owner, file);
            let (created, updated, unchanged) = (counts.created, counts.updated, counts.unchanged);
            let outcome = Outcome::Right { created, updated, unchanged, kept };
            let form = ImportForm { pasted, ..ImportForm::default() };
            return page(visit, StatusCode::OK, form, Some(outcome));
        }
        Ok(Err(error)) => error,
        Err(_elapsed) => {
            let sentence = text::import::UNAVAILABLE_CHECK;
            return wrong(visit, StatusCode::SERVICE_UNAVAILABLE, &pasted, field, sentence);
        }
    };
    match ended(visit, error) {
        Ended::Out(response) => response,
        Ended::No(refused) => {
            let mistakes = refused.csv_errors();
            if mistakes.is_empty() {
                return wrong(visit, status(&refused), &pasted, field, &refused.problem.message);
            }
            let errors = FormErrors::at(field, text::import::MISTAKES);
            let form = ImportForm { pasted, errors, disabled: None };
            page(visit, status(&refused), form, Some(Outcome::Wrong(mistakes)))
        }
        Ended::Silence { .. } => {
            let sentence = text::import::UNAVAILABLE_CHECK;
            wrong(visit, StatusCode::SERVICE_UNAVAILABLE, &pasted, field, sentence)
        }
    }
}

/// Keeps a file, and forgets it in time though nobody may ask for one again.
fn keep(visit: &Visit, kept: &Kept, owner: i64, file: Bytes) -> Uuid {
    let id = kept.keep(owner, file, visit.shop.clock.now_unix_ms());
    let (kept, clock) = (kept.clone(), visit.shop.clock.clone());
    tokio::spawn(async move {
        tokio::time::sleep(KEPT_FOR).await;
        kept.forget_old(clock.now_unix_ms());
    });
    id
}

/// The form as it was filled, with one mistake.
fn wrong(visit: &mut Visit, status: StatusCode, pasted: &str, field: &str, sentence: &str) -> Response {
    let errors = FormErrors::at(field, sentence);
    let form = ImportForm { pasted: pasted.to_owned(), errors, disabled: None };
    page(visit, status, form, None)
}

fn page(visit: &mut Visit, status: StatusCode, form: ImportForm, outcome: Option<Outcome>) -> Response {
    let view = ImportPage { page: visit.page(text::import::TITLE), form, outcome };
    visit.show(status, &view)
}
