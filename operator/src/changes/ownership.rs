//! Whose an object is. What isn't ours is never touched.

use kube::ResourceExt as _;
use kube::core::DynamicObject;

use crate::kind::Kind;
use crate::labels;
use crate::observe::Observed;

/// Whose an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// This Shop's.
    Ours,
    /// Data of an earlier Shop of this name, which was kept for this one.
    Inherited,
    /// About to go: it is being deleted, or was an earlier Shop's and will be.
    Leaving,
    /// Somebody else's.
    Stranger,
}

impl Ownership {
    /// Whose an object of a kind is, as seen by a Shop.
    pub fn of(observed: &Observed, kind: Kind, object: &DynamicObject) -> Self {
        let owners = object.owner_references();
        let is_owned = owners.iter().any(|owner| owner.uid == observed.uid);
        let label = |name: &str| object.labels().get(name).map(String::as_str);
        let is_ours = is_owned || label(labels::SHOP_UID) == Some(observed.uid.as_str());
        // A volume in use is shown as being deleted for as long as it is used; it is lost all the same.
        if is_ours && object.metadata.deletion_timestamp.is_some() {
            return Self::Leaving;
        }
        if is_ours {
            return Self::Ours;
        }
        let says_so = label("app.kubernetes.io/managed-by") == Some(labels::MANAGED_BY)
            && label(labels::SHOP) == Some(observed.name.as_str());
        // Somebody may have taken its labels away.
        let has_lost_labels =
            label(labels::SHOP).is_none() && object.annotations().contains_key(labels::DESIRED);
        let was_made_by_us = says_so || has_lost_labels;
        let has_earlier_owner =
            owners.iter().any(|owner| owner.kind == "Shop" && owner.name == observed.name);
        match (was_made_by_us, has_earlier_owner) {
            (true, true) => Self::Leaving,
            (true, false) if object.metadata.deletion_timestamp.is_some() => Self::Leaving,
            (true, false) if kind.holds_data() && owners.is_empty() => Self::Inherited,
            _ => Self::Stranger,
        }
    }
}
