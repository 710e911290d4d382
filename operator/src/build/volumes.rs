//! The volumes of services with data of their own.

use serde_json::json;

use super::{Child, Context};
use crate::kind::Kind;
use crate::plan::VolumeState;

/// The volumes, but for those that are lost: nobody but a person decides to begin anew.
pub(super) fn of(context: &Context) -> Vec<Child> {
    let database = &context.observed.spec.database;
    let (storage, class) = match (&database.sqlite, &database.postgres) {
        (Some(sqlite), _) => (&sqlite.storage, &sqlite.storage_class_name),
        (None, Some(postgres)) => (&postgres.storage, &postgres.storage_class_name),
        (None, None) => return Vec::new(),
    };
    let wanted = context.plan.volumes.iter().filter(|volume| !matches!(volume.state, VolumeState::Lost(_)));
    wanted
        .map(|volume| {
            let body = json!({"spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": class,
                "resources": {"requests": {"storage": storage}},
            }});
            let component = volume.component.name();
            context.child(Kind::PersistentVolumeClaim, &component, volume.claim.clone(), body)
        })
        .collect()
}
