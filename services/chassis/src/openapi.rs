//! The OpenAPI document of a part: what is common to all, and where it is served.

use axum::{Json, Router, routing::get};
use contract::Problem;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, Info, License, OpenApi, Ref, RefOr, ResponseBuilder,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The name of the security scheme: operations that need a key say `security(("key" = []))`.
pub const KEY: &str = "key";

/// Completes a document: who it is about, the licence, the key, and how errors are answered.
pub fn describe(mut openapi: OpenApi, part: &str, description: &str, version: &str) -> OpenApi {
    let mut info = Info::new(format!("Shopkeeper {part} service"), version.to_owned());
    info.description = Some(description.to_owned());
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    info.license = Some(license);
    openapi.info = info;

    let components = openapi.components.get_or_insert_with(Components::new);
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The api_key of a login; `Authorization: <key>` and `Basic <key>` are taken too."))
        .build();
    components.security_schemes.insert(KEY.into(), SecurityScheme::Http(key).into());

    for item in openapi.paths.paths.values_mut() {
        for operation in operations(item) {
            add_problems(operation);
        }
    }
    openapi
}

/// Serves the document at `/api/<part>/openapi.json` and a page to try it at `/api/<part>/docs`, which
/// loads nothing from elsewhere.
pub fn routes(part: &str, openapi: &OpenApi) -> Router {
    let document = format!("/api/{part}/openapi.json");
    let config = Config::from(document.clone()).validator_url("none");
    let page = SwaggerUi::new(format!("/api/{part}/docs")).config(config);
    let served = openapi.clone();
    Router::new().route(&document, get(move || async move { Json(served) })).merge(page)
}

/// The document as it is committed: JSON for reading, ending in a line end.
///
/// # Errors
/// If it cannot be written.
pub fn text(openapi: &OpenApi) -> anyhow::Result<String> {
    Ok(openapi.to_pretty_json()? + "\n")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Every operation may answer these, wherever it does not say it better itself; and every error that it
/// describes without a body is a problem.
fn add_problems(operation: &mut Operation) {
    let mut common = vec![
        ("400", "The request cannot be read, or fields are wrong"),
        ("429", "Too many requests"),
        ("default", "Another problem"),
    ];
    if operation.security.is_some() {
        common.push(("401", "A valid key is needed"));
    }
    if operation.request_body.is_some() {
        common.extend([("413", "The body is too large"), ("415", "The body has a type that is not taken")]);
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in common {
        let response = ResponseBuilder::new().description(description).build();
        responses.entry(status.into()).or_insert_with(|| response.into());
    }
    for (status, response) in responses {
        let is_error = ["4", "5", "default"].iter().any(|start| status.starts_with(start));
        if let (true, RefOr::T(response)) = (is_error, response)
            && response.content.is_empty()
        {
            let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
            response.content.insert("application/problem+json".into(), problem.into());
        }
    }
}
