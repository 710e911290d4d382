//! The routes: requests are read into the domain's terms, answers are written in the contract's.

mod fields;
mod import;
mod internal;
mod lists;
mod pictures;
mod products;
mod ready;

use crate::{Cache, Store};
use axum::{Extension, Router};
use chassis::{identity::Principal, input::BodyLimit};
use contract::Role;
use std::{ops::Deref, sync::Arc};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

const DESCRIPTION: &str = "The catalogue, its pictures and its stock. Prices are integers of minor units.";

/// What handlers work with. Every request has a clone or two, so that clones are cheap.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Tools>);

pub(crate) struct Tools {
    pub(crate) store: Store,
    pub(crate) cache: Arc<Cache>,
}

impl Shared {
    pub(crate) fn new(store: Store, cache: Arc<Cache>) -> Self {
        Self(Arc::new(Tools { store, cache }))
    }
}

impl Deref for Shared {
    type Target = Tools;

    fn deref(&self) -> &Tools {
        &self.0
    }
}

/// The routes of the public port and their description.
pub(crate) fn public(shared: Shared) -> (Router, OpenApi) {
    let (router, openapi) = described();
    (router.with_state(shared), openapi)
}

/// The description of the public port.
pub(crate) fn openapi() -> OpenApi {
    described().1
}

fn described() -> (Router<Shared>, OpenApi) {
    let picture = OpenApiRouter::new()
        .routes(routes!(pictures::set))
        .layer(Extension(BodyLimit(crate::domain::picture::MAX_BYTES)))
        .layer(Extension(pictures::TIME));
    let import = OpenApiRouter::new()
        .routes(routes!(import::import))
        .layer(Extension(BodyLimit(import::MAX_BYTES)))
        .layer(Extension(import::TIME));
    let (router, openapi) = OpenApiRouter::new()
        .routes(routes!(lists::list))
        .routes(routes!(products::create))
        .routes(routes!(products::show, products::edit))
        .routes(routes!(pictures::show))
        .merge(picture)
        .merge(import)
        .split_for_parts();
    (router, chassis::openapi::describe(openapi, "product", DESCRIPTION, env!("CARGO_PKG_VERSION")))
}

/// The routes of the internal port, beside the feed.
pub(crate) fn internal(shared: Shared) -> Router {
    internal::routes(shared)
}

fn is_staff(caller: Option<Principal>) -> bool {
    caller.is_some_and(|caller| caller.role == Role::Staff)
}
