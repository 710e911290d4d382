//! The catalogue, a page at a time.

use super::{
    Shared,
    fields::{IfNoneMatch, Searched, Within, sort_name},
    is_staff, ready,
};
use crate::{
    cache::Ready,
    domain::{search::Words, values::Category},
    store::{Cursor, Filter, Listing, Sort},
};
use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::HeaderValue,
    response::Response,
};
use chassis::{
    identity::MaybeCaller,
    input::{Fields, Query},
    problem::{ApiError, ApiResult},
};
use contract::product::ProductList;
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, sync::Arc};

/// Products on a page, unless the client says otherwise.
const PAGE: i64 = 100;

/// Products, a page at a time
///
/// Without a search: oldest first, or in the order of `sort`. With one: best first; of the products that have
/// every word, the newest 1,000 are considered. A further page is linked in the header `Link` (`rel="next"`).
#[utoipa::path(get, path = "/api/products", operation_id = "list_products", tag = "products",
    params(
        ("limit" = Option<i64>, Query, description = "Products on a page", minimum = 1, maximum = 100),
        ("after" = Option<String>, Query, description = "Where the page before ended; taken from its `Link`"),
        ("q" = Option<String>, Query, description = "Words to look for; the last one may be a beginning", max_length = 200),
        ("category" = Option<String>, Query, description = "Only this category", max_length = 100),
        ("sort" = Option<String>, Query, description = "`name`, `price`, `-price` or `newest`", pattern = "^(name|-?price|newest)$"),
        ("in_stock" = Option<bool>, Query, description = "Only what is available, or only what is not")),
    responses(
        (status = 200, description = "A page of products", body = ProductList, headers(
            ("ETag" = String, description = "Names this answer"),
            ("Link" = String, description = "The next page, if there is one"))),
        (status = 304, description = "The answer that If-None-Match names still holds")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    MaybeCaller(caller): MaybeCaller,
    known: IfNoneMatch,
    request: Request,
) -> ApiResult<Response> {
    let to_staff = is_staff(caller);
    // In the words that are kept, as in our own links, a list is found without being read.
    let kept = request.uri().query().filter(|_| !to_staff).and_then(|query| shared.cache.list(query));
    if let Some(ready) = kept {
        return Ok(ready::send(&ready, &known));
    }
    let (mut parts, _no_body) = request.into_parts();
    let Query(fields) = Query::from_request_parts(&mut parts, &()).await?;
    let asked = Asked::read(fields)?;
    if to_staff {
        return Ok(ready::send(&shared.page(&asked, true).await?, &known));
    }
    let query = asked.query(asked.listing.after.as_ref());
    if let Some(ready) = shared.cache.list(&query) {
        return Ok(ready::send(&ready, &known));
    }
    let ticket = shared.cache.begin();
    let ready = Arc::new(shared.page(&asked, false).await?);
    shared.cache.keep_list(ticket, query, Arc::clone(&ready));
    Ok(ready::send(&ready, &known))
}

/// What a client asks for.
struct Asked {
    listing: Listing,
    search: Option<(String, Words)>,
}

impl Asked {
    fn read(mut fields: Fields) -> ApiResult<Self> {
        let limit = fields.optional::<Within<1, PAGE>>("limit").map_or(PAGE, |limit| limit.0);
        let search = fields.optional::<Searched>("q").and_then(|searched| searched.0);
        let category = fields.optional::<Category>("category").map(|category| category.as_str().to_owned());
        let category = category.filter(|category| !category.is_empty());
        let in_stock = fields.optional::<bool>("in_stock");
        let default = if search.is_some() { Sort::Relevance } else { Sort::Age };
        let sort = fields.optional::<Sort>("sort").unwrap_or(default);
        let after = fields.optional::<String>("after").and_then(|text| {
            let cursor = Cursor::parse(&text, sort);
            if cursor.is_none() {
                fields.wrong("after", "must be taken from the `Link` of a page of the same list");
            }
            cursor
        });
        fields.finish(())?;
        let limit = usize::try_from(limit).unwrap_or_default();
        Ok(Self { listing: Listing { filter: Filter { category, in_stock }, sort, after, limit }, search })
    }

    /// The query string of the same list from another place.
    fn query(&self, after: Option<&Cursor>) -> String {
        let Listing { filter, sort, limit, .. } = &self.listing;
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some((text, _)) = &self.search {
            query.append_pair("q", text);
        }
        if let Some(category) = &filter.category {
            query.append_pair("category", category);
        }
        if let Some(in_stock) = filter.in_stock {
            query.append_pair("in_stock", if in_stock { "true" } else { "false" });
        }
        if let Some(sort) = sort_name(*sort) {
            query.append_pair("sort", sort);
        }
        query.append_pair("limit", &limit.to_string());
        if let Some(after) = after {
            query.append_pair("after", &after.text(*sort));
        }
        query.finish()
    }
}

impl Shared {
    /// Makes the answer.
    async fn page(&self, asked: &Asked, to_staff: bool) -> ApiResult<Ready> {
        let page = match &asked.search {
            Some((_, words)) => self.store.search(words, &asked.listing).await?,
            None => self.store.list(&asked.listing).await?,
        };
        let next = page.next.map(|after| {
            let link = format!("</api/products?{}>; rel=\"next\"", asked.query(Some(&after)));
            HeaderValue::try_from(link).map_err(ApiError::internal)
        });
        let results = page.records.into_iter().map(|record| record.shown(to_staff)).collect();
        let body = serde_json::to_vec(&ProductList { results }).map_err(ApiError::internal)?;
        let next = next.transpose()?;
        let etag = tag(&body, next.as_ref())?;
        Ok(Ready { body: body.into(), etag, is_revalidated: true, slug: String::new(), next })
    }
}

/// A tag for exactly this answer: half of a SHA-256 digest of it.
fn tag(body: &[u8], next: Option<&HeaderValue>) -> ApiResult<HeaderValue> {
    let digest = Sha256::new().chain_update(body).chain_update(next.map_or(&[][..], HeaderValue::as_bytes));
    let mut tag = String::from("\"");
    for byte in &digest.finalize()[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).map_err(ApiError::internal)
}
