//! The fourth stage: doing what was decided. Each write is one call with a time limit, and counted.

use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, Client};
use serde_json::json;

use crate::api_server::{CallError, call};
use crate::build::Child;
use crate::changes::{Change, Ownership};
use crate::kind::Kind;
use crate::metrics::Metrics;
use crate::observe::Observed;

/// Who owns the fields of a Shop's objects.
pub const FIELD_MANAGER: &str = "shopkeeper";
/// Who owns the number of Pods where it changes apart from all else.
const SCALE_MANAGER: &str = "shopkeeper-scale";

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Objects that are somebody else's.
    pub taken: Vec<String>,
    /// Objects that the API server refuses, with its reason.
    pub refused: Vec<(String, String)>,
    /// A Secret turned out to be there after all. What was decided counted on other values, so nothing more was done.
    pub begin_again: bool,
}

/// What came of making an object.
enum Made {
    Ours,
    /// Ours already, but no watch told of it.
    Found,
    Theirs,
}

/// Does all of it, in order. What is refused does not keep the rest from being done.
///
/// # Errors
/// If the API server can't be reached, or something changed meanwhile: to be tried again from the beginning.
pub async fn carry_out(
    client: &Client,
    observed: &Observed,
    changes: &[Change],
    metrics: &Metrics,
) -> Result<Outcome, CallError> {
    let mut outcome = Outcome::default();
    for change in changes {
        let hand = Hand { client, observed, metrics };
        let about = |kind: Kind, name: &str| format!("{} {name}", kind.name());
        let (object, done) = match change {
            Change::Create(child) => {
                let object = about(child.kind, &child.name);
                match hand.create(child).await {
                    Ok(Made::Ours) => (object, Ok(())),
                    Ok(Made::Found) => {
                        outcome.begin_again = true;
                        return Ok(outcome);
                    }
                    Ok(Made::Theirs) => {
                        outcome.taken.push(object);
                        continue;
                    }
                    Err(error) => (object, Err(error)),
                }
            }
            Change::Apply { child, because } => {
                tracing::info!(
                    namespace = observed.namespace,
                    shop = observed.name,
                    kind = child.kind.name(),
                    object = child.name,
                    differs = because,
                    "putting right"
                );
                (about(child.kind, &child.name), hand.apply(child).await)
            }
            Change::Scale { kind, name, replicas } => {
                (about(*kind, name), hand.scale(*kind, name, *replicas).await)
            }
            Change::Delete { kind, name, uid, resource_version } => {
                (about(*kind, name), hand.delete(*kind, name, uid, resource_version).await)
            }
        };
        match done {
            Ok(()) => {}
            Err(error) if error.is_refusal() => outcome.refused.push((object, error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

struct Hand<'a> {
    client: &'a Client,
    observed: &'a Observed,
    metrics: &'a Metrics,
}

impl Hand<'_> {
    fn api(&self, kind: Kind) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.observed.namespace, &kind.resource())
    }

    /// Makes an object, unless there is one of that name which no watch tells of: one that lost its labels, or
    /// somebody else's.
    async fn create(&self, child: &Child) -> Result<Made, CallError> {
        let api = self.api(child.kind);
        let there = call("look for a namesake", api.get_opt(&child.name)).await?;
        if let Some(there) = there {
            return match Ownership::of(self.observed, child.kind, &there) {
                // Values that nobody may guess are never written over.
                Ownership::Ours | Ownership::Inherited if child.kind == Kind::Secret => {
                    self.label(child).await.map(|()| Made::Found)
                }
                Ownership::Ours | Ownership::Inherited => self.apply(child).await.map(|()| Made::Ours),
                // Its place will be free.
                Ownership::Leaving => Ok(Made::Ours),
                Ownership::Stranger => Ok(Made::Theirs),
            };
        }
        if child.kind == Kind::Secret {
            // Never by apply: if another made it in the meantime, these values must not replace those.
            let object: DynamicObject =
                serde_json::from_value(child.manifest.clone()).expect("a manifest is an object");
            let params =
                PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() };
            self.count(child.kind, "create");
            return call("create", api.create(&params, &object)).await.map(|_| Made::Ours);
        }
        self.apply(child).await.map(|()| Made::Ours)
    }

    /// Gives a Secret its labels back, and leaves its values alone.
    async fn label(&self, child: &Child) -> Result<(), CallError> {
        let labels = json!({"metadata": {"labels": child.manifest["metadata"]["labels"]}});
        self.count(child.kind, "patch");
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
        call("label", self.api(child.kind).patch(&child.name, &params, &Patch::Merge(labels)))
            .await
            .map(|_| ())
    }

    async fn apply(&self, child: &Child) -> Result<(), CallError> {
        self.count(child.kind, "apply");
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let patch = Patch::Apply(&child.manifest);
        call("apply", self.api(child.kind).patch(&child.name, &params, &patch)).await.map(|_| ())
    }

    async fn scale(&self, kind: Kind, name: &str, replicas: i32) -> Result<(), CallError> {
        self.count(kind, "scale");
        let only_size = json!({
            "apiVersion": kind.api_version(), "kind": kind.name(),
            "metadata": {"name": name}, "spec": {"replicas": replicas},
        });
        let params = PatchParams::apply(SCALE_MANAGER).force();
        call("scale", self.api(kind).patch(name, &params, &Patch::Apply(only_size))).await.map(|_| ())
    }

    async fn delete(&self, kind: Kind, name: &str, uid: &str, version: &str) -> Result<(), CallError> {
        self.count(kind, "delete");
        let exactly = Preconditions { uid: Some(uid.to_owned()), resource_version: Some(version.to_owned()) };
        let params = DeleteParams::background().preconditions(exactly);
        match call("delete", self.api(kind).delete(name, &params)).await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map(|_| ()),
        }
    }

    fn count(&self, kind: Kind, verb: &str) {
        self.metrics.api_writes.with_label_values(&[kind.name(), verb]).inc();
    }
}
