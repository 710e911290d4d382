//! `/staff/products/<id>/picture`: a picture is sent.

use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chassis::input::{BodyLimit, RawBody, TimeLimit};
use chassis::problem::ApiError;

use super::door::Inside;
use super::product::{look_up, page};
use super::refusals::{Ended, ended, id, nothing_here, status};
use super::upload::Upload;
use crate::flash::Code;
use crate::format::minor_digits;
use crate::staff::form::Typed as Form;
use crate::texts::staff as text;
use crate::views::FormErrors;
use crate::views::staff::ProductFormPage;
use crate::visit::Visit;

/// The most bytes of a picture, as the product service sets it (its `domain/picture.rs`).
const MAX_BYTES: usize = 512 * 1024;

/// The form: the picture, and what multipart writes around it.
pub(super) const FORM: BodyLimit = BodyLimit(MAX_BYTES + 16 * 1024);

/// How long the form may take to come, as at the product service (its `http/pictures.rs`).
pub(super) const TIME: TimeLimit = TimeLimit(Duration::from_secs(60));

pub(super) async fn set(
    Inside(mut visit): Inside,
    Path(named): Path<String>,
    headers: HeaderMap,
    body: Result<RawBody, ApiError>,
) -> Response {
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    let too_large = FormErrors::at("picture", text::product::TOO_LARGE);
    let body = match body {
        Ok(RawBody(body)) => body,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return form(&mut visit, &named, StatusCode::PAYLOAD_TOO_LARGE, too_large).await;
        }
        Err(error) => return axum::response::IntoResponse::into_response(error),
    };
    let sent = Upload::read(&headers, body).await.ok().and_then(|mut upload| upload.file("picture"));
    let picture = match sent {
        Some(picture) if picture.len() <= MAX_BYTES => picture,
        Some(_) => return form(&mut visit, &named, StatusCode::PAYLOAD_TOO_LARGE, too_large).await,
        None => {
            let errors = FormErrors::at("picture", text::product::NO_FILE);
            return form(&mut visit, &named, StatusCode::BAD_REQUEST, errors).await;
        }
    };
    let service = &visit.shop.peers.product.clone();
    // The product service tells the kind by the bytes.
    const KIND: &str = "application/octet-stream";
    let picture = &picture;
    let asked = visit
        .ask(|me| async move { service.set_image(me.caller(), number, picture.clone(), KIND).await })
        .await;
    let error = match asked {
        Ok(_) => {
            let address = format!("/staff/products/{number}");
            return visit.go_saying(&address, Code::PictureSaved.about(number));
        }
        Err(error) => error,
    };
    match ended(&mut visit, error) {
        Ended::Out(response) => response,
        Ended::No(refused) if refused.status == 404 => nothing_here(&mut visit),
        Ended::No(refused) => {
            let sentence = match refused.status {
                413 => text::product::TOO_LARGE,
                415 => text::product::NOT_A_PICTURE,
                _ => &refused.problem.message,
            };
            form(&mut visit, &named, status(&refused), FormErrors::at("picture", sentence)).await
        }
        Ended::Silence { .. } => {
            let errors = FormErrors::at("picture", text::product::PICTURE_FAILED);
            form(&mut visit, &named, StatusCode::SERVICE_UNAVAILABLE, errors).await
        }
    }
}

/// The product's page with what is wrong with the picture.
async fn form(visit: &mut Visit, named: &str, status: StatusCode, errors: FormErrors) -> Response {
    let product = match look_up(visit, named).await {
        Ok((product, _)) => product,
        Err(response) => return response,
    };
    let typed = Form::of(&product, minor_digits(product.currency));
    let view = ProductFormPage { errors, ..page(visit, Some(&product), typed) };
    visit.show(status, &view)
}
