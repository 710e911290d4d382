//! Answers that are ready to be sent, as long as what they tell has not changed.
//!
//! A change of this process takes its product out at once; those of other replicas follow from the own feed.
//! An answer whose making began before a change is never kept: the change has moved the generation on.

use axum::http::HeaderValue;
use bytes::Bytes;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The most products and lists that are kept, and the most bytes of their bodies, each in both halves of the
/// memory together.
const MAX_PRODUCTS: usize = 10_000;
const MAX_PRODUCT_BYTES: usize = 32 * 1024 * 1024;
const MAX_LISTS: usize = 500;
const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;

/// A ready answer to somebody who is not staff.
#[derive(Debug)]
pub struct Ready {
    pub body: Bytes,
    pub etag: HeaderValue,
    /// Whether whoever has this ETag has this body.
    pub is_revalidated: bool,
    /// Of a product: the slug it is found by.
    pub slug: String,
    /// Of a list: the link to the next page.
    pub next: Option<HeaderValue>,
}

/// When the making of an answer began.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

/// The ready answers of one process.
pub struct Cache(Mutex<Memory>);

struct Memory {
    generation: u64,
    products: Halves<i64>,
    /// Hints, checked against the product when used.
    ids: HashMap<String, i64>,
    lists: Halves<String>,
}

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(Memory {
            generation: 0,
            products: Halves::new(MAX_PRODUCTS, MAX_PRODUCT_BYTES),
            ids: HashMap::new(),
            lists: Halves::new(MAX_LISTS, MAX_LIST_BYTES),
        }))
    }
}

impl Cache {
    /// To be taken before the database is asked.
    pub fn begin(&self) -> Ticket {
        Ticket(self.memory().generation)
    }

    /// The answer about the product with this id.
    pub fn by_id(&self, id: i64) -> Option<Arc<Ready>> {
        self.memory().products.get(&id)
    }

    /// The answer about the product with this slug.
    pub fn by_slug(&self, slug: &str) -> Option<Arc<Ready>> {
        let mut memory = self.memory();
        let id = *memory.ids.get(slug)?;
        memory.products.get(&id).filter(|ready| ready.slug == slug)
    }

    /// The list that was asked for in these words.
    pub fn list(&self, query: &str) -> Option<Arc<Ready>> {
        self.memory().lists.get(query)
    }

    /// Keeps an answer about a product, unless something has changed since the ticket was taken.
    pub fn keep_product(&self, ticket: Ticket, id: i64, ready: Arc<Ready>) {
        let mut memory = self.memory();
        if memory.generation == ticket.0 {
            if memory.ids.len() >= 2 * MAX_PRODUCTS {
                memory.ids.clear();
            }
            memory.ids.insert(ready.slug.clone(), id);
            memory.products.insert(id, ready);
        }
    }

    /// Keeps a list, unless something has changed since the ticket was taken.
    pub fn keep_list(&self, ticket: Ticket, query: String, ready: Arc<Ready>) {
        let mut memory = self.memory();
        if memory.generation == ticket.0 {
            memory.lists.insert(query, ready);
        }
    }

    /// A product has changed.
    pub fn forget(&self, id: i64) {
        let mut memory = self.memory();
        memory.generation += 1;
        memory.products.remove(&id);
        memory.lists.clear();
    }

    /// Anything may have changed.
    pub fn forget_all(&self) {
        let mut memory = self.memory();
        memory.generation += 1;
        memory.products.clear();
        memory.ids.clear();
        memory.lists.clear();
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A bounded memory in two halves: what is used moves into the young one; when that is full it becomes the
/// old one, and what was not used since is gone.
struct Halves<K> {
    young: HashMap<K, Arc<Ready>>,
    young_bytes: usize,
    old: HashMap<K, Arc<Ready>>,
    max_entries: usize,
    max_bytes: usize,
}

impl<K: Hash + Eq + Clone> Halves<K> {
    fn new(max_entries: usize, max_bytes: usize) -> Self {
        let (young, old) = (HashMap::new(), HashMap::new());
        Self { young, young_bytes: 0, old, max_entries: max_entries / 2, max_bytes: max_bytes / 2 }
    }

    fn get<Q>(&mut self, key: &Q) -> Option<Arc<Ready>>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(ready) = self.young.get(key) {
            return Some(Arc::clone(ready));
        }
        let (key, ready) = self.old.remove_entry(key)?;
        self.insert(key, Arc::clone(&ready));
        Some(ready)
    }

    fn insert(&mut self, key: K, ready: Arc<Ready>) {
        let size = ready.body.len();
        if self.young.len() >= self.max_entries || self.young_bytes + size > self.max_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if size <= self.max_bytes {
            self.young_bytes += size;
            self.young.insert(key, ready);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(ready) = self.young.remove(key) {
            self.young_bytes -= ready.body.len();
        }
        self.old.remove(key);
    }

    fn clear(&mut self) {
        self.young.clear();
        self.young_bytes = 0;
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, MAX_PRODUCT_BYTES, MAX_PRODUCTS, Ready};
    use axum::http::HeaderValue;
    use std::sync::Arc;

    fn ready(slug: &str, bytes: usize) -> Arc<Ready> {
        let etag = HeaderValue::from_static("\"1\"");
        let body = vec![b' '; bytes].into();
        Arc::new(Ready { body, etag, is_revalidated: true, slug: slug.to_owned(), next: None })
    }

    #[test]
    fn an_answer_whose_making_began_before_a_change_is_not_kept() {
        let cache = Cache::default();
        let ticket = cache.begin();
        cache.forget(2);
        cache.keep_product(ticket, 1, ready("tea", 10));
        cache.keep_list(ticket, String::new(), ready("", 10));
        assert!(cache.by_id(1).is_none() && cache.list("").is_none());

        cache.keep_product(cache.begin(), 1, ready("tea", 10));
        assert!(cache.by_id(1).is_some() && cache.by_slug("tea").is_some());
        cache.forget(1);
        assert!(cache.by_id(1).is_none() && cache.by_slug("tea").is_none());
    }

    #[test]
    fn a_slug_that_was_passed_on_finds_its_new_product() {
        let cache = Cache::default();
        cache.keep_product(cache.begin(), 1, ready("tea", 10));
        cache.forget(1);
        cache.keep_product(cache.begin(), 1, ready("old-tea", 10));
        assert!(cache.by_slug("tea").is_none());
        cache.keep_product(cache.begin(), 2, ready("tea", 20));
        assert_eq!(cache.by_slug("tea").unwrap().body.len(), 20);
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_is_used() {
        let cache = Cache::default();
        let used = 1;
        cache.keep_product(cache.begin(), used, ready("used", 10));
        for id in 2..40_000 {
            cache.keep_product(cache.begin(), id, ready(&format!("p{id}"), 10));
            assert!(cache.by_id(used).is_some());
        }
        let kept = (1..40_000).filter(|id| cache.0.lock().unwrap().products.old.contains_key(id)).count();
        assert!(kept <= MAX_PRODUCTS / 2);

        for id in 1..100 {
            cache.keep_product(cache.begin(), id, ready("large", MAX_PRODUCT_BYTES / 10));
        }
        let memory = cache.0.lock().unwrap();
        let both = memory.products.young.values().chain(memory.products.old.values());
        assert!(both.map(|ready| ready.body.len()).sum::<usize>() <= MAX_PRODUCT_BYTES);
    }
}
