//! The volumes of a Shop. A lost one is never replaced in silence: an empty database would look like a new shop.

use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::labels::ACCEPT_LOST_VOLUME;
use crate::names;
use crate::observe::Observed;
use crate::plan::Engine;

/// A volume for a service's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    pub component: Component,
    /// Name of its PersistentVolumeClaim.
    pub claim: String,
    pub state: VolumeState,
}

/// How a volume fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeState {
    /// To be made.
    New,
    /// There, with this uid.
    Present(String),
    /// Gone, though the Shop had it, with this uid.
    Lost(String),
}

pub(super) fn of(observed: &Observed, engine: Engine) -> Vec<Volume> {
    let component = match engine {
        Engine::Sqlite => Component::Part,
        Engine::Postgres => Component::Postgres,
        Engine::External => return Vec::new(),
    };
    let volume = |service| {
        let component: Component = component(service);
        let claim = names::of(&observed.name, component);
        let state = state(observed, &claim);
        Volume { component, claim, state }
    };
    Part::SERVICES.into_iter().map(volume).collect()
}

fn state(observed: &Observed, claim: &str) -> VolumeState {
    let present = observed.object(Kind::PersistentVolumeClaim, claim);
    if let Some(uid) = present.and_then(|claim| claim.metadata.uid.clone()) {
        return VolumeState::Present(uid);
    }
    let remembered = observed.status.volumes.iter().find(|volume| volume.claim == claim);
    match remembered {
        Some(volume) if observed.annotations.get(ACCEPT_LOST_VOLUME) != Some(&volume.uid) => {
            VolumeState::Lost(volume.uid.clone())
        }
        _ => VolumeState::New,
    }
}
