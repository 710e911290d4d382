//! One product: shown, made, edited.

use super::{
    Shared,
    fields::{IfNoneMatch, Tags},
    is_staff,
    ready::{self, Named, version_tag},
};
use crate::{
    Error,
    domain::{
        import::or_empty,
        values::{Category, Description, Draft, Edit, Image, Name, Price, Quantity, Slug},
    },
    store::Expected,
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use chassis::{
    identity::{MaybeCaller, Staff},
    input::{Body, Json, PathParam},
    problem::ApiResult,
    trace,
};
use contract::{
    Problem,
    product::{ProductAdded, ProductResult},
};
use utoipa::ToSchema;

/// A product that is to be.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what is read field by field")]
pub(super) struct NewProduct {
    /// Letters, digits, hyphens and underscores; not digits alone.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9_-]+$", example = "tea-pot")]
    slug: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Minor units.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    price: i64,
    /// Empty, an http(s) URL, the `/media/<hash>` of a picture that was sent, or a storefront's `/assets/<path>`.
    image: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    /// Without it, nobody counts and the product is always available.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    stock_quantity: Option<i64>,
}

/// What is to change of a product.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what is read field by field")]
pub(super) struct ProductChange {
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9_-]+$")]
    slug: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Minor units.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    price: Option<i64>,
    image: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    /// Pieces that nobody has ordered; null if nobody is to count them.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    stock_quantity: Option<i64>,
}

/// One product
///
/// By its slug or its id. The ETag is the version that a change has to name.
#[utoipa::path(get, path = "/api/product/{product}", operation_id = "show_product", tag = "products",
    params(("product" = String, Path, description = "Slug or id")),
    responses(
        (status = 200, description = "The product", body = ProductResult,
            headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 304, description = "The answer that If-None-Match names still holds"),
        (status = 404, description = "Cannot find product", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    MaybeCaller(caller): MaybeCaller,
    PathParam(product): PathParam<String>,
    known: IfNoneMatch,
) -> ApiResult<Response> {
    let named = Named::of(&product);
    if is_staff(caller) {
        let ready = ready::product(shared.find(&named).await?, true)?;
        return Ok(ready::send(&ready, &known));
    }
    Ok(ready::send(&*shared.ready(&named).await?, &known))
}

/// Add a product
#[utoipa::path(post, path = "/api/product/create", operation_id = "create_product", tag = "products",
    security(("key" = [])),
    request_body(content((NewProduct = "application/json"), (NewProduct = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The product", body = ProductAdded,
            headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 403, description = "Only staff may do this", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The slug or the name is taken", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(shared): State<Shared>,
    Staff(_staff): Staff,
    Body(mut fields): Body,
) -> ApiResult<Response> {
    let name = fields.required::<Name>("name");
    let slug = fields.required::<Slug>("slug");
    let price = fields.required::<Price>("price");
    let image = or_empty(fields.optional::<Image>("image"));
    let description = or_empty(fields.optional::<Description>("description"));
    let category = or_empty(fields.optional::<Category>("category"));
    let quantity = fields.optional::<Quantity>("stock_quantity").unwrap_or_default();
    let (name, slug, price) = fields.finish((name, slug, price))?;
    let draft = Draft { slug, name, price, category, description, image, quantity };
    let record = shared.store.create(draft, trace::traceparent()).await?;
    shared.cache.forget(record.facts.id);
    let etag = [(header::ETAG, version_tag(record.facts.version))];
    let message = "Product added".to_owned();
    Ok((etag, Json(ProductAdded { message, product: record.shown(true) })).into_response())
}

/// Change a product
///
/// Only if it still has the version that `If-Match` names. Fields that are not sent stay.
#[utoipa::path(patch, path = "/api/product/{product}", operation_id = "change_product", tag = "products",
    security(("key" = [])),
    params(
        ("product" = String, Path, description = "Id or slug"),
        ("If-Match" = Option<String>, Header, description = "The version that was seen, such as `\"3\"`")),
    request_body(content((ProductChange = "application/json"), (ProductChange = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The product", body = ProductResult,
            headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 403, description = "Only staff may do this", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Cannot find product", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The slug or the name is taken", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The product has changed in the meantime", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn edit(
    State(shared): State<Shared>,
    Staff(_staff): Staff,
    PathParam(product): PathParam<String>,
    headers: HeaderMap,
    Body(mut fields): Body,
) -> ApiResult<Response> {
    let quantity = fields.optional::<Quantity>("stock_quantity");
    let edit = Edit {
        slug: fields.optional("slug"),
        name: fields.optional("name"),
        price: fields.optional("price"),
        category: fields.optional("category"),
        description: fields.optional("description"),
        image: fields.optional("image"),
        quantity: if fields.is_null("stock_quantity") { Some(Quantity(None)) } else { quantity },
    };
    let tags = Tags::of(&headers, &header::IF_MATCH).ok_or(Error::VersionNotNamed)?;
    fields.finish(())?;
    let expected = match &tags {
        Tags::Any => Expected::Any,
        Tags::These(tags) => Expected::OneOf(tags.iter().filter_map(|tag| tag.parse().ok()).collect()),
    };
    let id = match Named::of(&product) {
        Named::Id(id) => id,
        named @ Named::Slug(_) => shared.find(&named).await?.facts.id,
    };
    let record = shared.store.edit(id, expected, edit, trace::traceparent()).await?;
    shared.cache.forget(id);
    let etag = [(header::ETAG, version_tag(record.facts.version))];
    Ok((etag, Json(ProductResult { result: record.shown(true) })).into_response())
}
