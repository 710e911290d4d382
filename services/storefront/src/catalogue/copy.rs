//! The copy itself: what the product service's feed has told so far, and since when nothing more is known.
//!
//! A snapshot is built aside and shown when it is whole, so the copy is never emptied by loading it.

use super::{
    contents::{Bounds, Category, Contents, Edition, Entry},
    query::{Listed, Query},
};
use chassis::clock::Clock;
use contract::{
    event::{ProductEvent, ProductFacts},
    product::Product,
};
use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};
use tokio::sync::watch;

/// The storefront's copy of the catalogue.
pub(crate) struct Catalogue {
    clock: Clock,
    bounds: Bounds,
    began_at_unix_ms: i64,
    state: RwLock<State>,
    changes: watch::Sender<Changes>,
}

/// What has happened to the copy, for whoever writes it down or fetches its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Counts the changes of products.
    pub(super) products: u64,
    /// When the copy last had everything, in unix milliseconds.
    pub(super) caught_up_at: Option<i64>,
}

#[derive(Default)]
struct State {
    /// None until a snapshot, or the file of an earlier process, was read.
    shown: Option<Contents>,
    /// A snapshot that is being read.
    aside: Option<Contents>,
    has_changed: bool,
}

/// The copy at one moment, to be written down.
pub(super) struct Moment {
    pub(super) entries: Vec<Arc<Entry>>,
    pub(super) is_partial: bool,
    pub(super) changes: Changes,
}

impl Catalogue {
    /// A copy that knows nothing yet.
    pub(crate) fn new(bounds: Bounds, clock: Clock) -> Self {
        let (changes, _) = watch::channel(Changes::default());
        Self { began_at_unix_ms: clock.now_unix_ms(), clock, bounds, state: RwLock::default(), changes }
    }

    /// A page of products; none if nothing was ever seen of the catalogue.
    pub(crate) fn list(&self, query: &Query<'_>) -> Option<Listed> {
        self.read().shown.as_ref().map(|contents| contents.list(query))
    }

    /// Reads the copy; none if nothing was ever seen of the catalogue.
    pub(super) fn with_contents<T>(&self, read: impl FnOnce(&Contents) -> T) -> Option<T> {
        self.read().shown.as_ref().map(read)
    }

    /// The product with this id. If it is not in the copy, it may exist all the same when the copy is partial,
    /// old, or not [known](Self::is_known).
    pub(crate) fn by_id(&self, id: i64) -> Option<Product> {
        self.read().shown.as_ref()?.by_id(id).map(Entry::product)
    }

    /// The product that a path names: digits are an id, anything else a slug.
    pub(crate) fn find(&self, named: &str) -> Option<Product> {
        let state = self.read();
        let contents = state.shown.as_ref()?;
        let is_id = !named.is_empty() && named.bytes().all(|byte| byte.is_ascii_digit());
        let entry = if is_id { contents.by_id(named.parse().ok()?) } else { contents.by_slug(named) };
        entry.map(Entry::product)
    }

    /// The state of the products: what was made of a list holds as long as this is the same; none if nothing was
    /// ever seen of the catalogue.
    pub(crate) fn edition(&self) -> Option<Edition> {
        self.read().shown.as_ref().map(|contents| contents.edition().clone())
    }

    /// The categories that have products, by name; none if nothing was ever seen of the catalogue.
    pub(crate) fn categories(&self) -> Arc<[Category]> {
        self.read().shown.as_ref().map(Contents::categories).unwrap_or_default()
    }

    /// Whether anything was ever seen of the catalogue, by this process or by one before it that wrote it down.
    pub(crate) fn is_known(&self) -> bool {
        self.read().shown.is_some()
    }

    /// Whether the catalogue is larger than the copy may be, so that products are missing here.
    pub(crate) fn is_partial(&self) -> bool {
        self.read().shown.as_ref().is_some_and(Contents::is_partial)
    }

    /// How many products the copy has.
    pub(crate) fn len(&self) -> usize {
        self.read().shown.as_ref().map_or(0, Contents::len)
    }

    /// The time since the copy last had everything; none if nothing was ever seen. It is never younger than
    /// the truth, and while the feed is quiet it grows up to the length of a long poll (20 s).
    pub(crate) fn age(&self) -> Option<Duration> {
        self.changes.borrow().caught_up_at.map(|at| self.since(at))
    }

    /// The age for graphs and alerts: a copy that never had anything is as old as the process.
    pub(super) fn measured_age(&self) -> Duration {
        self.age().unwrap_or_else(|| self.since(self.began_at_unix_ms))
    }

    fn since(&self, unix_ms: i64) -> Duration {
        let passed = self.clock.now_unix_ms().saturating_sub(unix_ms);
        Duration::from_millis(u64::try_from(passed).unwrap_or(0))
    }

    /// The hashes of the pictures that products of the copy show, those of the oldest products first.
    pub(super) fn pictures(&self) -> Vec<String> {
        let state = self.read();
        let entries = state.shown.iter().flat_map(Contents::entries);
        let hashes = entries.filter_map(|entry| entry.facts.image.strip_prefix("/media/"));
        let mut seen = HashSet::new();
        hashes.filter(|hash| seen.insert(*hash)).map(str::to_owned).collect()
    }

    /// The bytes that the bounds leave to pictures.
    pub(super) fn room_for_pictures(&self) -> usize {
        let bytes = self.read().shown.as_ref().map_or(0, Contents::bytes);
        self.bounds.bytes.saturating_sub(bytes)
    }

    /// Told of every change from now on.
    pub(super) fn changes(&self) -> watch::Receiver<Changes> {
        self.changes.subscribe()
    }

    /// The copy as it is now; none if there is nothing to write down.
    pub(super) fn moment(&self) -> Option<Moment> {
        let state = self.read();
        let contents = state.shown.as_ref()?;
        Some(Moment {
            entries: contents.entries().cloned().collect(),
            is_partial: contents.is_partial(),
            changes: *self.changes.borrow(),
        })
    }

    /// Shows what an earlier process has written down, until the feed tells more.
    pub(super) fn remember(&self, products: Vec<ProductFacts>, is_partial: bool, caught_up_at: i64) {
        let mut contents = Contents::new(self.bounds);
        products.into_iter().for_each(|facts| contents.take(facts));
        if is_partial {
            contents.mark_partial();
        }
        self.write().shown = Some(contents);
        // A clock that was set back must not make an old copy look new for ever.
        let caught_up_at = caught_up_at.min(self.began_at_unix_ms);
        self.changes.send_modify(|changes| changes.caught_up_at = Some(caught_up_at));
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl feed::Copy for Catalogue {
    type Event = ProductEvent;

    fn start_over(&self) {
        self.write().aside = Some(Contents::new(self.bounds));
    }

    fn apply(&self, event: ProductEvent) {
        let ProductEvent::Changed(facts) = event else { return };
        let mut guard = self.write();
        let state = &mut *guard;
        if let Some(contents) = state.aside.as_mut().or(state.shown.as_mut()) {
            contents.take(facts);
            state.has_changed = true;
        }
    }

    fn caught_up(&self) {
        let mut guard = self.write();
        let state = &mut *guard;
        if let Some(loaded) = state.aside.take() {
            state.shown = Some(loaded);
            state.has_changed = true;
        }
        let has_changed = std::mem::take(&mut state.has_changed);
        drop(guard);
        self.changes.send_modify(|changes| {
            changes.products += u64::from(has_changed);
            changes.caught_up_at = Some(self.clock.now_unix_ms());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, Clock, Query};
    use crate::catalogue::contents::tests::{ROOMY, facts};
    use contract::event::{ProductEvent, ProductFacts};
    use feed::Copy as _;
    use std::time::Duration;

    fn ids(catalogue: &Catalogue) -> Vec<i64> {
        let listed = catalogue.list(&Query { limit: 100, ..Query::default() }).unwrap_or_default();
        listed.products.iter().map(|product| product.id).collect()
    }

    fn changed(id: i64, revision: i64) -> ProductEvent {
        ProductEvent::Changed(facts(id, revision))
    }

    #[test]
    fn a_snapshot_is_shown_when_it_is_whole_and_what_it_does_not_mention_is_gone() {
        let catalogue = Catalogue::new(ROOMY, Clock::set_at(0));
        assert!(
            !catalogue.is_known() && catalogue.age().is_none() && catalogue.list(&Query::default()).is_none()
        );
        catalogue.start_over();
        catalogue.apply(changed(1, 5));
        assert!(!catalogue.is_known(), "it is half a catalogue");
        catalogue.apply(changed(2, 5));
        catalogue.caught_up();
        assert_eq!(ids(&catalogue), [1, 2]);

        // A restored database: revisions count from before, and product 1 never was.
        catalogue.start_over();
        catalogue.apply(changed(2, 3));
        assert_eq!(ids(&catalogue), [1, 2], "the old copy is shown while the new one is read");
        // Reading was broken off, and begins anew.
        catalogue.start_over();
        catalogue.apply(ProductEvent::Changed(ProductFacts { price: 7, ..facts(2, 3) }));
        catalogue.apply(changed(3, 1));
        catalogue.caught_up();
        assert_eq!(ids(&catalogue), [2, 3]);
        assert_eq!(catalogue.by_id(2).map(|product| product.price), Some(7));
    }

    #[test]
    fn an_empty_catalogue_is_known_to_be_empty() {
        let catalogue = Catalogue::new(ROOMY, Clock::set_at(0));
        catalogue.start_over();
        catalogue.caught_up();
        assert!(catalogue.is_known() && catalogue.len() == 0 && catalogue.categories().is_empty());
    }

    #[test]
    fn the_age_counts_from_when_everything_was_known() {
        let clock = Clock::set_at(1_000_000);
        let catalogue = Catalogue::new(ROOMY, clock.clone());
        clock.advance(Duration::from_secs(3));
        assert_eq!((catalogue.age(), catalogue.measured_age()), (None, Duration::from_secs(3)));
        catalogue.start_over();
        catalogue.apply(changed(1, 1));
        catalogue.caught_up();
        clock.advance(Duration::from_secs(40));
        catalogue.apply(changed(2, 1));
        assert_eq!(catalogue.age(), Some(Duration::from_secs(40)));
        catalogue.caught_up();
        assert_eq!(catalogue.age(), Some(Duration::ZERO));
    }

    #[test]
    fn an_event_is_shown_at_once() {
        let catalogue = Catalogue::new(ROOMY, Clock::set_at(0));
        catalogue.start_over();
        catalogue.caught_up();
        catalogue.apply(changed(7, 1));
        assert_eq!(catalogue.find("tea-7").map(|product| product.id), Some(7));
        assert_eq!(catalogue.find("7").map(|product| product.slug), Some("tea-7".to_owned()));
        for unknown in ["", "8", "tea-8", "99999999999999999999", "-7", "+7"] {
            assert!(catalogue.find(unknown).is_none(), "{unknown:?}");
        }
    }

    #[test]
    fn pictures_are_named_once() {
        let catalogue = Catalogue::new(ROOMY, Clock::set_at(0));
        catalogue.start_over();
        for (id, image) in
            [(1, "/media/b"), (2, "https://example.com/c.png"), (3, "/media/a"), (4, "/media/b")]
        {
            catalogue.apply(ProductEvent::Changed(ProductFacts { image: image.into(), ..facts(id, 1) }));
        }
        catalogue.caught_up();
        assert_eq!(catalogue.pictures(), ["b", "a"]);
    }
}
