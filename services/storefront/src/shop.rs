//! What all requests share: how the shop looks, whom it asks, what it remembers.

use std::sync::Arc;

use chassis::{clock::Clock, identity::Verifier};
use client::{CallError, Made, PeerHealth, Peers};
use contract::{Timestamp, product::Product};

use crate::catalogue::{Catalogue, Category, Edition, Media};
use crate::cookies::Cookies;
use crate::headers::Headers;
use crate::lately::Lately;
use crate::session::{Farewells, Refreshes};
use crate::staff::history::History;
use crate::together::Together;
use crate::views::{Health, Listing, Look, Page, Parts};

/// One shop, as this process serves it.
pub(crate) struct Shop {
    pub(crate) look: Arc<Look>,
    pub(crate) peers: Peers,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) media: Media,
    /// Pages of the catalogue that the product service is about to be asked for.
    pub(crate) shelves: Together<Listing, Arc<str>>,
    /// The same, as they were made of its last answers.
    pub(crate) lately: Lately<Listing, Made<Stocked>>,
    /// Pages that are about to be looked up in the copy; none if it knows nothing yet.
    pub(crate) copied_shelves: Together<Listing, Option<Arc<str>>>,
    /// Products that it is about to be asked for, by slug or id.
    pub(crate) products: Together<String, Arc<Product>>,
    /// The first products of categories as they were written lately, to be shown below another one.
    pub(crate) others: Lately<String, Others>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) clock: Clock,
    pub(crate) cookies: Cookies,
    pub(crate) refreshes: Refreshes<CallError>,
    pub(crate) farewells: Farewells,
    pub(crate) headers: Headers,
    /// Since when the parts are as they are.
    pub(crate) history: History,
}

/// A page of the catalogue as it was written, and what it was made of beside the answer of the product service.
#[derive(Clone)]
pub(crate) struct Stocked {
    pub(crate) shelf: Arc<str>,
    pub(crate) categories: Arc<[Category]>,
}

/// A few products of a category, each with its id and as it is written.
#[derive(Clone)]
pub(crate) struct Others {
    pub(crate) cards: Arc<[(i64, Arc<str>)]>,
    /// The state of the copy that they are of.
    pub(crate) edition: Option<Edition>,
}

impl Shop {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.clock.now_unix_ms())
    }

    /// Which parts are up, as far as this process knows.
    pub(crate) fn parts(&self) -> Parts {
        let known = self.peers.health();
        Parts { user: health(known.user), product: health(known.product), order: health(known.order) }
    }

    /// A page's frame around nobody: what is up, and the sentences about what is not.
    pub(crate) fn frame(&self, title: &str, path: &str) -> Page {
        let mut page = Page::new(Arc::clone(&self.look), title, path);
        page.parts = self.parts();
        page.notices_from_health(self.catalogue.age());
        page
    }
}

fn health(known: PeerHealth) -> Health {
    match known {
        PeerHealth::Up => Health::Up,
        PeerHealth::Down => Health::Down,
        PeerHealth::Unknown => Health::Unknown,
    }
}
