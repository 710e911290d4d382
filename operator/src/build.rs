//! The third stage: the objects of a Shop, whole, out of what was planned.

mod access;
mod accounts;
mod exposure;
mod files;
mod monitoring;
mod pods;
mod postgres;
mod secrets;
mod services;
mod sizes;
mod volumes;
mod workloads;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shop::DeletionPolicy;

use crate::component::Component;
use crate::digest;
use crate::kind::Kind;
use crate::labels;
use crate::observe::Observed;
use crate::plan::Plan;
use crate::settings::Settings;

pub use secrets::{Keys, RandomKeys, Secrets};

/// One object as it ought to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    pub kind: Kind,
    pub name: String,
    /// With apiVersion, kind, metadata and all.
    pub manifest: Value,
    /// For workloads: the digest of the Pods' template, and how many there are to be, unless an autoscaler decides.
    pub pods: Option<Pods>,
}

/// What a workload runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pods {
    pub component: Component,
    pub form: String,
    pub replicas: Option<i32>,
}

/// What every builder needs.
pub(crate) struct Context<'a> {
    pub(crate) observed: &'a Observed,
    pub(crate) plan: &'a Plan,
    pub(crate) settings: &'a Settings,
    pub(crate) secrets: &'a Secrets,
}

/// All objects of a Shop, in the order in which they are applied.
pub fn children(observed: &Observed, plan: &Plan, settings: &Settings, secrets: &Secrets) -> Vec<Child> {
    let context = Context { observed, plan, settings, secrets };
    let mut children = Vec::new();
    children.extend(accounts::of(&context));
    children.extend(secrets::of(&context));
    children.extend(files::of(&context));
    children.extend(access::of(&context));
    children.extend(volumes::of(&context));
    children.extend(services::of(&context));
    children.extend(workloads::of(&context));
    children.extend(postgres::of(&context));
    children.extend(sizes::of(&context));
    children.extend(exposure::of(&context));
    children.extend(monitoring::of(&context));
    children.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    children
}

impl Context<'_> {
    /// The Shop's name.
    pub(crate) fn shop(&self) -> &str {
        &self.observed.name
    }

    /// Whose an object is: named as such unless it is to outlive the Shop.
    fn owner(&self, kind: Kind) -> Option<Value> {
        let outlives = kind.holds_data() && self.observed.spec.deletion_policy == DeletionPolicy::Retain;
        (!outlives).then(|| {
            json!([{
                "apiVersion": "shopkeeper.dev/v1alpha1", "kind": "Shop",
                "name": self.shop(), "uid": self.observed.uid,
                "controller": true, "blockOwnerDeletion": false,
            }])
        })
    }

    /// An object. `body` is what it has besides apiVersion, kind and metadata.
    pub(crate) fn child(&self, kind: Kind, component: &str, name: String, body: Value) -> Child {
        self.child_with(kind, component, name, body, json!({}), &[])
    }

    /// An object that others find by labels of theirs.
    pub(crate) fn child_labelled(
        &self,
        kind: Kind,
        component: &str,
        name: String,
        body: Value,
        labels: &[(String, String)],
        annotations: &[(String, String)],
    ) -> Child {
        let annotations = annotations.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        self.child_with(kind, component, name, body, Value::Object(annotations), labels)
    }

    fn child_with(
        &self,
        kind: Kind,
        component: &str,
        name: String,
        body: Value,
        annotations: Value,
        more_labels: &[(String, String)],
    ) -> Child {
        let mut labels: BTreeMap<String, String> = more_labels.iter().cloned().collect();
        // Those by which the operator finds the object can't be others.
        labels.extend(labels::of(self.shop(), &self.observed.uid, component));
        let mut manifest = body;
        manifest["apiVersion"] = json!(kind.api_version());
        manifest["kind"] = json!(kind.name());
        manifest["metadata"] = json!({
            "name": name,
            "namespace": self.observed.namespace,
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": self.owner(kind),
        });
        shop::remove_nulls(&mut manifest);
        let digest = digest::of(&manifest);
        manifest["metadata"]["annotations"][labels::DESIRED] = json!(digest);
        Child { kind, name, manifest, pods: None }
    }

    /// A workload: its template's digest tells later whether its Pods are of this form.
    pub(crate) fn workload(
        &self,
        kind: Kind,
        component: Component,
        mut body: Value,
        replicas: Option<i32>,
    ) -> Child {
        shop::remove_nulls(&mut body);
        let form = digest::of(&body["spec"]["template"]);
        if let Some(replicas) = replicas {
            body["spec"]["replicas"] = json!(replicas);
        }
        let name = crate::names::of(self.shop(), component);
        let annotations = json!({labels::FORM: form});
        let child = self.child_with(kind, &component.name(), name, body, annotations, &[]);
        Child { pods: Some(Pods { component, form, replicas }), ..child }
    }
}

#[cfg(test)]
mod tests;
