//! The first stage: what there is. Our own objects are known from watches; what a Shop refers to is asked for.

mod cache;
pub mod references;
mod watches;

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt as _;
use kube::core::DynamicObject;
use shop::{Shop, ShopSpec, ShopStatus};

use crate::kind::Kind;

pub use cache::{Cache, Owner};
pub use references::{External, Reference, References};
pub use watches::{Changes, Scope, follow};

/// An object of a Shop by its kind and name.
pub type Objects = BTreeMap<(Kind, String), Arc<DynamicObject>>;

/// All that decisions about a Shop depend on.
#[derive(Clone, Debug)]
pub struct Observed {
    pub namespace: String,
    pub name: String,
    pub uid: String,
    pub generation: i64,
    pub annotations: BTreeMap<String, String>,
    pub spec: ShopSpec,
    /// As it was written last.
    pub status: ShopStatus,
    /// The objects that carry the Shop's name, whether or not they are this Shop's.
    pub objects: Objects,
    pub references: References,
    /// The optional kinds that the cluster has.
    pub optional_kinds: Vec<Kind>,
    pub now: Timestamp,
}

impl Observed {
    /// A Shop of which nothing is there yet.
    pub fn nothing_of(shop: &Shop, now: Timestamp) -> Self {
        Self {
            namespace: shop.namespace().unwrap_or_default(),
            name: shop.name_any(),
            uid: shop.uid().unwrap_or_default(),
            generation: shop.metadata.generation.unwrap_or_default(),
            annotations: shop.annotations().clone(),
            spec: shop.spec.clone(),
            status: shop.status.clone().unwrap_or_default(),
            objects: Objects::new(),
            references: References::default(),
            optional_kinds: vec![Kind::HttpRoute, Kind::ServiceMonitor, Kind::PrometheusRule],
            now,
        }
    }

    /// An object of this or that Shop.
    pub fn object(&self, kind: Kind, name: &str) -> Option<&DynamicObject> {
        self.objects.get(&(kind, name.to_owned())).map(AsRef::as_ref)
    }

    /// The objects of a kind.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &DynamicObject> {
        self.objects.iter().filter(move |((other, _), _)| *other == kind).map(|(_, object)| object.as_ref())
    }

    /// Whether the cluster has a kind that not all have.
    pub fn has_kind(&self, kind: Kind) -> bool {
        !kind.is_optional() || self.optional_kinds.contains(&kind)
    }

    /// A value of a Secret, as text.
    pub fn secret_value(&self, secret: &str, key: &str) -> Option<String> {
        use base64::Engine as _;
        let encoded = self.object(Kind::Secret, secret)?.data["data"][key].as_str()?;
        let bytes = base64::prelude::BASE64_STANDARD.decode(encoded).ok()?;
        String::from_utf8(bytes).ok()
    }
}
