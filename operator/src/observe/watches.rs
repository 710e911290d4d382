//! Watches of all kinds of objects that the operator makes.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use kube::core::DynamicObject;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use tokio::sync::mpsc;

use super::{Cache, Owner};
use crate::api_server;
use crate::kind::Kind;
use crate::labels;

/// How often it is asked whether the cluster has a kind by now that it did not have.
const OPTIONAL_KINDS_EVERY: Duration = Duration::from_secs(30);

/// The Shops about whose objects something was heard.
pub type Changes = mpsc::UnboundedReceiver<Owner>;

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In all namespaces.
    All,
    /// In one.
    Namespace(String),
}

impl Scope {
    /// Whether a namespace is looked at.
    pub fn holds(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Namespace(name) => name == namespace,
        }
    }

    /// The objects of a kind in it.
    pub fn api<K>(&self, client: Client, kind: &K::DynamicType) -> Api<K>
    where
        K: kube::Resource<Scope = kube::core::DynamicResourceScope>,
    {
        match self {
            Self::All => Api::all_with(client, kind),
            Self::Namespace(name) => Api::namespaced_with(client, name, kind),
        }
    }
}

/// Watches all kinds in a scope as long as the receiver lives, and keeps the cache true.
pub fn follow(client: &Client, scope: &Scope, cache: &Arc<Cache>) -> Changes {
    let (changed, changes) = mpsc::unbounded_channel();
    for kind in Kind::ALL {
        let watch = Watch {
            client: client.clone(),
            kind,
            scope: scope.clone(),
            cache: Arc::clone(cache),
            changed: changed.clone(),
        };
        tokio::spawn(watch.run());
    }
    changes
}

struct Watch {
    client: Client,
    kind: Kind,
    scope: Scope,
    cache: Arc<Cache>,
    changed: mpsc::UnboundedSender<Owner>,
}

impl Watch {
    async fn run(self) {
        if self.kind.is_optional() {
            self.until_known().await;
        }
        let resource = self.kind.resource();
        let api: Api<DynamicObject> = self.scope.api(self.client.clone(), &resource);
        let config = watcher::Config::default().labels(&labels::selector_of_ours()).timeout(280);
        let mut events = watcher(api, config).default_backoff().boxed();
        loop {
            let event = tokio::select! {
                () = self.changed.closed() => return,
                event = events.try_next() => event,
            };
            match event {
                Ok(Some(event)) => {
                    for owner in self.cache.take(self.kind, &self.scope, event) {
                        // It fails only when nobody listens any more.
                        let _ = self.changed.send(owner);
                    }
                }
                Ok(None) => return,
                // It is tried again after a pause that grows.
                Err(error) => tracing::warn!(kind = self.kind.name(), error = %error, "a watch broke off"),
            }
        }
    }

    async fn until_known(&self) {
        while !self.is_known().await {
            tokio::select! {
                () = self.changed.closed() => return,
                () = tokio::time::sleep(OPTIONAL_KINDS_EVERY) => {}
            }
        }
        self.cache.knows_optional(self.kind);
    }

    async fn is_known(&self) -> bool {
        let resource = self.kind.resource();
        let list = self.client.list_api_group_resources(&resource.api_version);
        match api_server::call("discover", list).await {
            Ok(list) => list.resources.iter().any(|known| known.kind == resource.kind),
            Err(error) => {
                if !error.is_not_found() {
                    tracing::warn!(error = %error, "cannot ask which kinds the cluster has");
                }
                false
            }
        }
    }
}
