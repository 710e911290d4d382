//! What watches have told of our objects, by the Shop that they belong to.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, RwLock};

use kube::ResourceExt as _;
use kube::core::{DynamicObject, TypeMeta};
use kube::runtime::watcher::Event;
use tokio::sync::watch;

use super::{Objects, Scope};
use crate::kind::Kind;
use crate::labels;

/// The Shop that an object says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    pub namespace: String,
    pub shop: String,
}

impl Owner {
    /// `None` if the object tells of no Shop.
    pub fn of(object: &DynamicObject) -> Option<Self> {
        let shop = object.labels().get(labels::SHOP)?.clone();
        Some(Self { namespace: object.namespace()?, shop })
    }
}

/// Our objects, as last heard of.
pub struct Cache {
    state: RwLock<State>,
    /// How many watches have told all that there is, of those that begin with the program.
    synced: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    shops: HashMap<Owner, Objects>,
    /// What a watch that began anew has told so far.
    told: HashMap<(Kind, Scope), HashSet<(Owner, String)>>,
    synced: HashSet<(Kind, Scope)>,
    optional: BTreeSet<Kind>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { state: RwLock::default(), synced: watch::Sender::new(0) }
    }
}

impl Cache {
    /// What is known of a Shop.
    pub fn objects(&self, owner: &Owner) -> Objects {
        self.state.read().expect("no panic holds it").shops.get(owner).cloned().unwrap_or_default()
    }

    /// The optional kinds that the cluster has.
    pub fn optional_kinds(&self) -> Vec<Kind> {
        self.state.read().expect("no panic holds it").optional.iter().copied().collect()
    }

    /// Waits until so many watches have told all that there is.
    pub async fn synced(&self, watches: usize) {
        // The sender lives as long as `self`.
        let _ = self.synced.subscribe().wait_for(|synced| *synced >= watches).await;
    }

    pub(super) fn knows_optional(&self, kind: Kind) -> bool {
        self.state.write().expect("no panic holds it").optional.insert(kind)
    }

    /// Takes in what a watch says; returns the Shops that this is about. `scope` is where the watch looks.
    pub(super) fn take(&self, kind: Kind, scope: &Scope, event: Event<DynamicObject>) -> Vec<Owner> {
        let mut state = self.state.write().expect("no panic holds it");
        let state = &mut *state;
        match event {
            Event::Apply(object) => state.put(kind, object).into_iter().map(|(owner, _)| owner).collect(),
            Event::Delete(object) => {
                let Some(owner) = Owner::of(&object) else { return Vec::new() };
                state.remove(kind, &owner, &object.name_any());
                vec![owner]
            }
            Event::Init => {
                state.told.insert((kind, scope.clone()), HashSet::new());
                Vec::new()
            }
            Event::InitApply(object) => {
                let Some(place) = state.put(kind, object) else { return Vec::new() };
                let owner = place.0.clone();
                state.told.entry((kind, scope.clone())).or_default().insert(place);
                vec![owner]
            }
            Event::InitDone => {
                let told = state.told.remove(&(kind, scope.clone())).unwrap_or_default();
                let gone = state.missing(kind, scope, &told);
                for (owner, name) in &gone {
                    state.remove(kind, owner, name);
                }
                if state.synced.insert((kind, scope.clone())) && !kind.is_optional() {
                    self.synced.send_modify(|synced| *synced += 1);
                }
                gone.into_iter().map(|(owner, _)| owner).collect()
            }
        }
    }
}

impl State {
    fn put(&mut self, kind: Kind, mut object: DynamicObject) -> Option<(Owner, String)> {
        let owner = Owner::of(&object)?;
        let name = object.name_any();
        object.metadata.managed_fields = None;
        // The items of a list do not say of which kind they are.
        object.types = Some(TypeMeta { api_version: kind.api_version(), kind: kind.name().to_owned() });
        if kind == Kind::Pod {
            // Only what it is and how it fares matters of a Pod, and there are many.
            object.data = serde_json::json!({"status": object.data["status"].take()});
        }
        self.shops.entry(owner.clone()).or_default().insert((kind, name.clone()), Arc::new(object));
        Some((owner, name))
    }

    fn remove(&mut self, kind: Kind, owner: &Owner, name: &str) {
        if let Some(objects) = self.shops.get_mut(owner) {
            objects.remove(&(kind, name.to_owned()));
            if objects.is_empty() {
                self.shops.remove(owner);
            }
        }
    }

    /// What is known of where a watch looks, and was not told again.
    fn missing(&self, kind: Kind, scope: &Scope, told: &HashSet<(Owner, String)>) -> Vec<(Owner, String)> {
        let here = self.shops.iter().filter(|(owner, _)| scope.holds(&owner.namespace));
        let known = here.flat_map(|(owner, objects)| {
            objects.keys().filter(|(other, _)| *other == kind).map(|(_, name)| (owner.clone(), name.clone()))
        });
        known.filter(|place| !told.contains(place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use kube::core::DynamicObject;
    use kube::runtime::watcher::Event;
    use serde_json::json;

    use super::{Cache, Owner};
    use crate::kind::Kind;
    use crate::observe::Scope;

    fn secret(name: &str) -> DynamicObject {
        let labels = json!({"shopkeeper.dev/shop": "tea"});
        let metadata = json!({"name": name, "namespace": "shops", "labels": labels});
        serde_json::from_value(json!({"metadata": metadata})).expect("an object")
    }

    fn tea() -> Owner {
        Owner { namespace: "shops".into(), shop: "tea".into() }
    }

    fn names(cache: &Cache) -> Vec<String> {
        cache.objects(&tea()).into_keys().map(|(_, name)| name).collect()
    }

    #[test]
    fn what_a_new_watch_does_not_tell_is_gone() {
        let cache = Cache::default();
        let take = |event| cache.take(Kind::Secret, &Scope::All, event);
        assert_eq!(take(Event::Apply(secret("old"))), [tea()]);
        take(Event::Init);
        take(Event::InitApply(secret("new")));
        assert_eq!(names(&cache), ["new", "old"]);
        assert_eq!(take(Event::InitDone), [tea()]);
        assert_eq!(names(&cache), ["new"]);
    }

    #[test]
    fn a_watch_of_one_namespace_says_nothing_about_others() {
        let cache = Cache::default();
        let elsewhere = Scope::Namespace("elsewhere".into());
        cache.take(Kind::Secret, &Scope::Namespace("shops".into()), Event::Apply(secret("kept")));
        cache.take(Kind::Secret, &elsewhere, Event::Init);
        cache.take(Kind::Secret, &elsewhere, Event::InitDone);
        assert_eq!(names(&cache), ["kept"]);
    }

    #[test]
    fn what_a_list_tells_is_as_what_a_watch_tells() {
        let cache = Cache::default();
        cache.take(Kind::Secret, &Scope::All, Event::Init);
        cache.take(Kind::Secret, &Scope::All, Event::InitApply(secret("listed")));
        let objects = cache.objects(&tea());
        let types =
            objects.values().next().and_then(|object| object.types.clone()).expect("it says its kind");
        assert_eq!((types.api_version.as_str(), types.kind.as_str()), ("v1", "Secret"));
    }

    #[test]
    fn what_tells_of_no_shop_is_not_kept() {
        let cache = Cache::default();
        let stranger = serde_json::from_value(json!({"metadata": {"name": "a", "namespace": "shops"}}));
        let event = Event::Apply(stranger.expect("an object"));
        assert!(cache.take(Kind::Secret, &Scope::All, event).is_empty());
    }
}
