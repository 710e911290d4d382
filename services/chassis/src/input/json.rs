//! JSON bodies of a fixed shape, and JSON answers.

use super::body::{media_type, read};
use crate::problem::ApiError;
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body that must have the shape of `T`; or an answer.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let media_type = media_type(request.headers());
        let bytes = read(request).await?;
        if media_type != "application/json" && !media_type.ends_with("+json") {
            return Err(ApiError::unsupported_media_type("The body must be application/json"));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| refusal(&error))?;
        deserializer
            .end()
            .map_err(|error| ApiError::bad_request(format!("The body is not valid JSON: {error}")))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let (reason, is_at_top) = (error.inner().to_string(), error.path().iter().next().is_none());
    if error.inner().classify() != serde_json::error::Category::Data {
        return ApiError::bad_request(format!("The body is not valid JSON: {reason}"));
    }
    // Serde tells the name of a missing member in words only.
    let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match missing {
        Some(name) if is_at_top => ApiError::wrong_field(name, "is required"),
        Some(name) => ApiError::wrong_field(format!("{}.{name}", error.path()), "is required"),
        None if is_at_top => ApiError::bad_request(format!("The body has another shape: {reason}")),
        None => ApiError::wrong_field(error.path().to_string(), format!("is wrong: {reason}")),
    }
}
