//! What all Pods of a shop have in common: nothing more than they need, and files instead of secrets in variables.

use serde_json::{Value, json};

use super::{Context, files};
use crate::component::{Component, Part};
use crate::digest;
use crate::labels;
use crate::names;
use crate::plan::Engine;

/// The uid of the parts' images.
const PART_UID: i64 = 65_532;
/// The uid of PostgreSQL in the public image, and in ours.
pub(super) const POSTGRES_UID: i64 = 999;
/// The drain delay (5 s), then what was taken on (30 s at most), then the database closes.
const GRACE_SECONDS: i64 = 45;
/// How long a Pod without a volume stays bound to a node that is lost: long enough for a kubelet to restart.
const LOST_NODE_SECONDS: i64 = 10;
/// Files are for their owner and group to read: 0440.
const READ_ONLY: i64 = 0o440;

/// The template of a part's Pods.
pub(super) fn of_part(context: &Context, part: Part) -> Value {
    let component = Component::Part(part);
    let container = json!({
        "name": part.name(),
        "image": context.settings.image(part.name(), &context.plan.version),
        "imagePullPolicy": context.settings.image_pull_policy,
        "envFrom": [{"configMapRef": {"name": names::of_part(context.shop(), part)}}],
        "ports": [
            {"name": "public", "containerPort": 8080, "protocol": "TCP"},
            {"name": "internal", "containerPort": 9080, "protocol": "TCP"},
        ],
        "startupProbe": probe("/livez", 1, 60, 1),
        "livenessProbe": probe("/livez", 10, 3, 5),
        "readinessProbe": probe("/readyz", 2, 2, 1),
        "resources": resources(context, part),
        "securityContext": container_security(),
        "volumeMounts": mounts(context, part),
    });
    let mut template = template(context, component, PART_UID, container, volumes(context, part));
    template["metadata"]["annotations"] = marks(context, part);
    template["metadata"]["labels"]["app.kubernetes.io/version"] = json!(context.plan.version);
    template
}

/// A template of Pods with one container.
pub(super) fn template(
    context: &Context,
    component: Component,
    uid: i64,
    container: Value,
    volumes: Value,
) -> Value {
    let stays = context.plan.has_volume(component);
    let patience = if stays { Value::Null } else { json!(LOST_NODE_SECONDS) };
    let tolerate = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": patience});
    let selector = labels::selector(context.shop(), component);
    let spread = json!([{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector},
    }]);
    json!({
        "metadata": {"labels": labels::of(context.shop(), &context.observed.uid, &component.name())},
        "spec": {
            "serviceAccountName": names::of(context.shop(), component),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": uid, "runAsGroup": uid, "fsGroup": uid,
                "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"},
            },
            "tolerations": [tolerate("node.kubernetes.io/not-ready"), tolerate("node.kubernetes.io/unreachable")],
            "topologySpreadConstraints": if stays { Value::Null } else { spread },
            "containers": [container],
            "volumes": volumes,
        },
    })
}

/// Nothing that a process of a shop could need more.
pub(super) fn container_security() -> Value {
    json!({
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
    })
}

/// A projected source of a Secret's key.
fn secret_file(secret: &str, key: &str, path: &str) -> Value {
    json!({"secret": {"name": secret, "items": [{"key": key, "path": path}]}})
}

fn probe(path: &str, period: i32, failures: i32, timeout: i32) -> Value {
    json!({
        "httpGet": {"path": path, "port": "internal"},
        "periodSeconds": period, "failureThreshold": failures, "timeoutSeconds": timeout,
    })
}

/// What was measured on a cluster: 8 to 12 MiB at rest, 19 MiB more for each of two passwords that are hashed at a
/// time; a storefront's copy of the catalogue is bounded at 32 MiB. The limits leave room for twice of that.
fn resources(context: &Context, part: Part) -> Value {
    let size = part.size(&context.observed.spec.parts);
    if let Some(resources) = size.and_then(|size| size.resources.as_ref()) {
        return json!(resources);
    }
    let memory = if part == Part::User { "64Mi" } else { "32Mi" };
    json!({"requests": {"cpu": "50m", "memory": memory}, "limits": {"memory": "128Mi"}})
}

fn mounts(context: &Context, part: Part) -> Value {
    let mut mounts = vec![json!({"name": "files", "mountPath": files::FOLDER, "readOnly": true})];
    let mut mount = |name: &str, path: &str| {
        mounts.push(json!({"name": name, "mountPath": path, "readOnly": true}));
    };
    match part {
        Part::User => mount("staff", files::STAFF_FOLDER),
        Part::Product if context.observed.spec.catalogue.is_some() => {
            mount("catalogue", files::CATALOGUE_FOLDER);
        }
        _ => {}
    }
    if part.is_service() && context.plan.engine == Engine::External {
        mount("database", files::DATABASE_FOLDER);
    }
    if part == Part::Storefront || context.plan.has_volume(Component::Part(part)) {
        mounts.push(json!({"name": "data", "mountPath": files::DATA_FOLDER}));
    }
    json!(mounts)
}

fn volumes(context: &Context, part: Part) -> Value {
    let shop = context.shop();
    let jwks = json!({
        "configMap": {"name": names::jwks(shop), "items": [{"key": "jwks.json", "path": "jwks.json"}]},
    });
    let mut sources = vec![jwks, secret_file(&names::shared(shop), "shop-secret", "shop-secret")];
    let mut volumes = Vec::new();
    let secret_volume = |name: &str, secret: String| json!({"name": name, "secret": {"secretName": secret, "defaultMode": READ_ONLY}});
    match part {
        Part::User => {
            sources.push(secret_file(&names::signing_key(shop), "signing-key.pem", "signing-key.pem"));
            volumes.push(secret_volume("staff", files::staff_secret(context)));
        }
        Part::Product => {
            if let Some(catalogue) = &context.observed.spec.catalogue {
                // Once the first products are loaded it may go.
                let map = json!({
                    "name": catalogue.config_map_ref.name, "optional": true, "defaultMode": READ_ONLY,
                });
                volumes.push(json!({"name": "catalogue", "configMap": map}));
            }
        }
        Part::Storefront => {
            sources.push(secret_file(&names::cookie_keys(shop), "cookie-keys", "cookie-keys"));
            // The copy of the catalogue: it may be lost with the Pod.
            volumes.push(json!({"name": "data", "emptyDir": {"sizeLimit": "128Mi"}}));
        }
        Part::Order => {}
    }
    match (files::database_secret(context, part), context.plan.engine) {
        (Some(secret), Engine::Postgres) => sources.push(secret_file(&secret, "uri", "database-url")),
        (Some(secret), _) => volumes.push(secret_volume("database", secret)),
        (None, Engine::Sqlite) if part.is_service() => volumes.push(json!({
            "name": "data", "persistentVolumeClaim": {"claimName": names::of_part(shop, part)},
        })),
        _ => {}
    }
    volumes.push(json!({"name": "files", "projected": {"defaultMode": READ_ONLY, "sources": sources}}));
    json!(volumes)
}

/// The digests of what a process reads when it starts, so that Pods are replaced when it changes. Public keys, cookie
/// keys and the staff account are read again while it runs.
fn marks(context: &Context, part: Part) -> Value {
    let shop = context.shop();
    let value = |secret: String, key: &str| context.secrets.value(&secret, key).to_owned();
    let mut read = vec![files::settings(context, part), json!(value(names::shared(shop), "shop-secret"))];
    if part == Part::User {
        read.push(json!(value(names::signing_key(shop), "signing-key.pem")));
    }
    if part.is_service() {
        read.push(json!(value(names::database(shop, part), "uri")));
        let external = context.observed.references.external.get(&part);
        read.push(json!(external.map(|external| &external.digest)));
    }
    json!({"shopkeeper.dev/settings": digest::of(&json!(read))})
}
