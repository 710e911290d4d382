//! A shop on the cluster, in a namespace of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cluster::{Cluster, Namespace};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::Ingress;
use kit::shop::Part;
use kit::{Engine, eventually};
use kube::ResourceExt as _;
use kube::api::{Api, DynamicObject, ListParams, LogParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::conditions;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::files::{self, Files};
use crate::manifests;
use crate::rollout::{self, ROLLS_WITHIN, Restart};

/// The name under which shoppers find it; the ingress controller tells shops apart by it.
const HOST: &str = "tea-house.test";

/// How much of each Pod's log is told when a test fails.
const LINES_TOLD: i64 = 30;

pub(crate) struct Shop {
    pub(crate) namespace: Namespace,
    /// Where the ingress controller takes https.
    pub(crate) address: SocketAddr,
    engine: Engine,
    folder: TempDir,
}

/// Opens a shop and gives it to `test`; it goes when that ends. One shop at a time: each measures, and all have the
/// same name.
pub(crate) async fn with_shop(engine: Engine, test: impl AsyncFnOnce(&Shop)) {
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let cluster = Cluster::connect().await;
    // What is not restricted does not get in.
    let labels = [("pod-security.kubernetes.io/enforce", "restricted")];
    let shop = Shop::open(cluster.labelled_namespace("shop", &labels).await, engine).await;
    let logs = LogsOfFailure { namespace: &shop.namespace };
    test(&shop).await;
    drop(logs);
}

impl Shop {
    async fn open(namespace: Namespace, engine: Engine) -> Self {
        let folder = tempfile::Builder::new().prefix("shopkeeper-parts-").tempdir().expect("make a folder");
        let files = Files::make(kit::certificates(folder.path(), &[HOST, "postgres"]));
        std::fs::write(folder.path().join("staff-login.json"), files.staff_login()).expect("write the login");
        let given = files.secrets(engine == Engine::Postgres);
        for object in given.into_iter().chain([files::catalogue()]).chain(manifests(engine)) {
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
        let address = address(&namespace).await;
        let shop = Self { namespace, address, engine, folder };
        shop.until_open().await;
        shop
    }

    /// Where shoppers come in.
    pub(crate) fn url(&self) -> String {
        match self.address.port() {
            443 => format!("https://{HOST}"),
            port => format!("https://{HOST}:{port}"),
        }
    }

    /// The certificate of the authority that the shop's own is of, as a file.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// A file with username and password of the first staff account.
    pub(crate) fn staff_file(&self) -> PathBuf {
        self.folder.path().join("staff-login.json")
    }

    /// Finds the shop's name at the ingress controller, trusts its certificate, and follows no redirections.
    pub(crate) fn http(&self) -> kit::http::Client {
        let authority = std::fs::read(self.authority()).expect("read the authority");
        let authority = reqwest::Certificate::from_pem(&authority).expect("the authority is a certificate");
        let http = reqwest::Client::builder()
            .no_proxy()
            .resolve(HOST, self.address)
            .tls_certs_only([authority])
            .redirect(reqwest::redirect::Policy::none())
            // Longer than the longest answer of a shop with parts down: what hangs has failed.
            .timeout(Duration::from_secs(12));
        kit::http::Client::over(self.url(), http.build().expect("build an HTTP client"))
    }

    /// Replaces all Pods of a part in the way that its kind does so, and waits until that is done.
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
        rollout::finished(&self.namespace, name).await
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
        let http = self.http();
        for path in ["/", "/api/products?limit=1", "/api/user/nobody/exists", "/api/order"] {
            eventually(ROLLS_WITHIN, &format!("{path} is answered"), async || {
                match http.get(path).try_send().await {
                    // The order service wants a key.
                    Ok(answer) if [200, 401].contains(&answer.status) => Ok(()),
                    Ok(answer) => Err(answer.to_string()),
                    Err(error) => Err(format!("{error:?}")),
                }
            })
            .await;
        }
    }
}

/// The objects of a shop, with what differs from cluster to cluster filled in.
fn manifests(engine: Engine) -> Vec<Value> {
    let images = std::env::var("SHOPKEEPER_IMAGES").unwrap_or_default();
    let postgres = std::env::var("SHOPKEEPER_POSTGRES_IMAGE").unwrap_or_else(|_| image_of_postgres());
    let class = std::env::var("SHOPKEEPER_INGRESS_CLASS").unwrap_or_else(|_| "traefik".into());
    let values = [
        ("HOST", HOST),
        ("IMAGES", &images),
        ("INGRESS_CLASS", &class),
        ("PODS", "10.0.0.0/8"),
        ("POSTGRES_IMAGE", &postgres),
        ("VERSION", env!("CARGO_PKG_VERSION")),
    ];
    manifests::of_a_shop(engine, &values)
}

/// Where the ingress controller takes https: `SHOPKEEPER_INGRESS_ADDRESS`, else what it wrote into the Ingress.
async fn address(namespace: &Namespace) -> SocketAddr {
    if let Ok(address) = std::env::var("SHOPKEEPER_INGRESS_ADDRESS") {
        return address.parse().expect("SHOPKEEPER_INGRESS_ADDRESS is host:port");
    }
    let found = |ingress: Option<&Ingress>| {
        let status = ingress?.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref()?.first()?;
        Some(SocketAddr::new(status.ip.as_ref()?.parse().ok()?, 443))
    };
    let has_one = move |ingress: Option<&Ingress>| found(ingress).is_some();
    let ingress = namespace.until("shop", "it has an address", ROLLS_WITHIN, has_one).await;
    found(Some(&ingress)).expect("it has an address")
}

/// The image that `tests/images` builds, of Debian's major version of PostgreSQL.
fn image_of_postgres() -> String {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../images");
    let output = Command::new(program).args(["--list", "postgres"]).output().expect("run tests/images");
    let file = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let name = file.file_stem().expect("tests/images lists a file").to_string_lossy().into_owned();
    name.replacen("postgres-", "postgres:", 1)
}

/// Tells the ends of all logs if the test has panicked.
struct LogsOfFailure<'a> {
    namespace: &'a Namespace,
}

impl Drop for LogsOfFailure<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let name = self.namespace.name().to_owned();
        // A runtime of its own, in a thread of its own: this one is in the middle of a panic.
        let told = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(tell_logs(&name));
        });
        let _ = told.join();
    }
}

async fn tell_logs(namespace: &str) {
    let pods: Api<Pod> = Api::namespaced(Cluster::connect().await.client(), namespace);
    let Ok(all) = pods.list(&ListParams::default()).await else { return };
    for pod in all {
        let name = pod.name_any();
        let last = LogParams { tail_lines: Some(LINES_TOLD), ..LogParams::default() };
        let log = pods.logs(&name, &last).await.unwrap_or_else(|error| error.to_string());
        println!("The last lines of {name}:\n{log}");
    }
}
