//! A shop on the cluster, in a namespace of its own.

use std::path::PathBuf;

use cluster::{Cluster, Door, Namespace, address_at_ingress, postgres_image};
use k8s_openapi::api::core::v1::Pod;
use kit::shop::Part;
use kit::{Engine, eventually};
use kube::ResourceExt as _;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::conditions;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::files::{self, Files};
use crate::manifests;
use crate::rollout::{self, ROLLS_WITHIN, Restart};

/// Connections that must lead to the shop in a row: the ingress controller has replicas, which hear of it one by one.
const CONNECTIONS: usize = 12;

pub(crate) struct Shop {
    pub(crate) namespace: Namespace,
    /// Where shoppers come in.
    pub(crate) door: Door,
    engine: Engine,
    folder: TempDir,
}

/// Opens a shop and gives it to `test`; it goes when that ends. One shop at a time, since each measures.
pub(crate) async fn with_shop(engine: Engine, test: impl AsyncFnOnce(&Shop)) {
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let cluster = Cluster::connect().await;
    // What is not restricted does not get in.
    let labels = [("pod-security.kubernetes.io/enforce", "restricted")];
    let shop = Shop::open(cluster.labelled_namespace("shop", &labels).await, engine).await;
    test(&shop).await;
}

impl Shop {
    async fn open(namespace: Namespace, engine: Engine) -> Self {
        let folder = tempfile::Builder::new().prefix("shopkeeper-parts-").tempdir().expect("make a folder");
        // The ingress controller tells shops apart by their names, and may know of one that has just gone.
        let host = format!("{}.test", namespace.name());
        let files = Files::make(kit::certificates(folder.path(), &[&host, "postgres"]));
        std::fs::write(folder.path().join("staff-login.json"), files.staff_login()).expect("write the login");
        let given = files.secrets(engine == Engine::Postgres);
        for object in given.into_iter().chain([files::catalogue()]).chain(manifests(engine, &host)) {
            let is_job = object["kind"] == "Job";
            let name = namespace.apply(object).await.name_any();
            // A service that finds no database gives up, and is started again later and later.
            if is_job {
                namespace
                    .until(&name, "it has succeeded", ROLLS_WITHIN, conditions::is_job_completed())
                    .await;
            }
        }
        for part in Part::ALL {
            rollout::finished(&namespace, part.name()).await;
        }
        let address = address_at_ingress(&namespace, "shop", 443, ROLLS_WITHIN).await;
        let authority = Some(folder.path().join("authority.pem"));
        let door = Door { host, address, authority };
        let shop = Self { namespace, door, engine, folder };
        shop.until_open().await;
        shop
    }

    /// A file with username and password of the first staff account.
    pub(crate) fn staff_file(&self) -> PathBuf {
        self.folder.path().join("staff-login.json")
    }

    /// Replaces all Pods of a part in the way that its kind does so, and waits until that is done and shoppers find it.
    pub(crate) async fn restart(&self, part: Part) -> Restart {
        let kind = match (part, self.engine) {
            (Part::Storefront, _) | (_, Engine::Postgres) => "Deployment",
            (_, Engine::Sqlite) => "StatefulSet",
        };
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", kind));
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.namespace.cluster().client(), self.namespace.name(), &kind);
        let stamp = json!({"shopkeeper.dev/restarted": format!("{:x}", rand::random::<u64>())});
        let change = json!({"spec": {"template": {"metadata": {"annotations": stamp}}}});
        let name = part.name();
        api.patch(name, &PatchParams::default(), &Patch::Merge(change)).await.expect("restart a part");
        let restart = rollout::finished(&self.namespace, name).await;
        self.until_open().await;
        restart
    }

    /// What a Pod's internal port tells of it, by way of the API server.
    pub(crate) async fn metrics(&self, pod: &str) -> String {
        let namespace = self.namespace.name();
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}:9080/proxy/metrics");
        let request = http::Request::get(path).body(Vec::new()).expect("this is a request");
        let answer = self.namespace.cluster().client().request_text(request).await;
        answer.unwrap_or_else(|error| panic!("the metrics of {pod}: {error}"))
    }

    /// Makes sure that the namespace is what it says.
    pub(crate) async fn refuses_a_privileged_pod(&self) {
        let container = json!({"name": "a", "image": "a", "securityContext": {"privileged": true}});
        let pod = json!({"metadata": {"name": "privileged"}, "spec": {"containers": [container]}});
        let pod = serde_json::from_value::<Pod>(pod).expect("this is a Pod");
        let api = self.namespace.api::<Pod>();
        let error = api.create(&PostParams { dry_run: true, ..PostParams::default() }, &pod).await;
        let error = error.expect_err("a privileged Pod got in").to_string();
        assert!(error.contains("violates PodSecurity"), "{error}");
    }

    /// Waits until the ingress controller leads to every part.
    async fn until_open(&self) {
        eventually(ROLLS_WITHIN, "every part is found by any connection", async || {
            for _ in 0..CONNECTIONS {
                let http = self.door.http();
                for path in ["/", "/api/products?limit=1", "/api/user", "/api/order"] {
                    match http.get(path).try_send().await {
                        // The user and the order service want a key.
                        Ok(answer) if [200, 401].contains(&answer.status) => {}
                        Ok(answer) => return Err(answer.to_string()),
                        Err(error) => return Err(format!("{error:?}")),
                    }
                }
            }
            Ok(())
        })
        .await;
    }
}

/// The objects of a shop, with what differs from cluster to cluster filled in.
fn manifests(engine: Engine, host: &str) -> Vec<Value> {
    let images = std::env::var("SHOPKEEPER_IMAGES").unwrap_or_default();
    let postgres = postgres_image();
    let class = std::env::var("SHOPKEEPER_INGRESS_CLASS").unwrap_or_else(|_| "traefik".into());
    let values = [
        ("HOST", host),
        ("IMAGES", &images),
        ("INGRESS_CLASS", &class),
        ("PODS", "10.0.0.0/8"),
        ("POSTGRES_IMAGE", &postgres),
        ("VERSION", env!("CARGO_PKG_VERSION")),
    ];
    manifests::of_a_shop(engine, &values)
}
