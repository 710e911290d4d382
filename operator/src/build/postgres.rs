//! A small PostgreSQL for each service, where the Shop asks for it. It is one Pod: not highly available.

use serde_json::json;

use super::{Child, Context, pods, workloads};
use crate::component::{Component, Part};
use crate::digest;
use crate::kind::Kind;
use crate::names;
use crate::plan::Engine;

const DATA: &str = "/var/lib/postgresql/data";
const FILES: &str = "/etc/postgres";

/// The password that a server was made with is not the Secret's any more if somebody had that made anew. The
/// server is not running yet here, so nobody else can ask it.
const ENFORCE_PASSWORD: &str = r#"set -eu
[ -s "$PGDATA/PG_VERSION" ] || exit 0
printf "ALTER ROLE \"%s\" PASSWORD '%s';\n" "$POSTGRES_USER" "$(cat "$POSTGRES_PASSWORD_FILE")" |
    postgres --single -D "$PGDATA" postgres >/dev/null
"#;

pub(super) fn of(context: &Context) -> Vec<Child> {
    if context.plan.engine != Engine::Postgres {
        return Vec::new();
    }
    Part::SERVICES.into_iter().map(|service| server(context, service)).collect()
}

fn server(context: &Context, service: Part) -> Child {
    let component = Component::Postgres(service);
    let secret = names::database(context.shop(), service);
    let environment = json!([
        // Images differ in where it is, and a volume's root is not always empty.
        {"name": "PGDATA", "value": format!("{DATA}/pgdata")},
        {"name": "POSTGRES_USER", "value": context.secrets.value(&secret, "username")},
        {"name": "POSTGRES_DB", "value": context.secrets.value(&secret, "username")},
        {"name": "POSTGRES_PASSWORD_FILE", "value": format!("{FILES}/password")},
    ]);
    let mounts = json!([
        {"name": "data", "mountPath": DATA},
        {"name": "files", "mountPath": FILES, "readOnly": true},
        {"name": "sockets", "mountPath": "/var/run/postgresql"},
        {"name": "temporary", "mountPath": "/tmp"},
    ]);
    let answers = json!({"exec": {"command": ["pg_isready", "--quiet", "--host=127.0.0.1"]}});
    let probe = |period: i32, failures: i32| {
        let mut probe = answers.clone();
        probe["periodSeconds"] = json!(period);
        probe["failureThreshold"] = json!(failures);
        probe["timeoutSeconds"] = json!(5);
        probe
    };
    let resources = json!({"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "512Mi"}});
    let container = json!({
        "name": "postgres",
        "image": context.settings.postgres_image,
        "imagePullPolicy": context.settings.image_pull_policy,
        "env": environment,
        "ports": [{"name": "postgres", "containerPort": 5432, "protocol": "TCP"}],
        "startupProbe": probe(1, 120),
        "readinessProbe": probe(2, 2),
        "resources": resources,
        "securityContext": pods::container_security(),
        "volumeMounts": mounts,
    });
    let first = json!({
        "name": "password",
        "image": context.settings.postgres_image,
        "imagePullPolicy": context.settings.image_pull_policy,
        "command": ["sh", "-c", ENFORCE_PASSWORD],
        "env": environment,
        "resources": resources,
        "securityContext": pods::container_security(),
        "volumeMounts": mounts,
    });
    let volumes = json!([
        {"name": "data", "persistentVolumeClaim": {"claimName": names::of(context.shop(), component)}},
        {"name": "files", "secret": {"secretName": secret, "defaultMode": 0o440}},
        {"name": "sockets", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {"name": "temporary", "emptyDir": {"sizeLimit": "64Mi"}},
    ]);
    let mut template = pods::template(context, component, pods::POSTGRES_UID, container, volumes);
    template["spec"]["initContainers"] = json!([first]);
    let password = context.secrets.value(&secret, "password");
    template["metadata"]["annotations"] = json!({"shopkeeper.dev/settings": digest::of(&json!(password))});
    let body = workloads::stateful_set(context, component, template);
    context.workload(Kind::StatefulSet, component, body, Some(1))
}
