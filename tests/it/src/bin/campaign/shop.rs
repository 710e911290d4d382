//! The shop that is put to the test: its processes, their databases, and the proxies between them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, ensure};
use kit::TestDatabase;
use rand::Rng;
use tokio::time::{Instant, sleep};

use crate::arguments::Engine;
use crate::catalogue::Catalogue;
use crate::faults::Tally;
use crate::keys::{self, Keys};
use crate::part::Part;
use crate::plan;
use crate::proxy;
use crate::record::Record;
use crate::replica::Replica;
use crate::service::Service;

/// How long all processes together may take to come up: unoptimised, on a busy machine.
const COMES_UP_WITHIN: Duration = Duration::from_secs(60);

pub(crate) struct Shop {
    pub(crate) seed: u64,
    pub(crate) replicas: usize,
    pub(crate) user: Service,
    pub(crate) product: Service,
    pub(crate) order: Service,
    pub(crate) record: Record,
    pub(crate) tally: Tally,
    /// For internal ports.
    pub(crate) http: reqwest::Client,
    catalogue: OnceLock<Catalogue>,
    /// Last, so that the processes are gone before their databases go.
    _databases: Vec<TestDatabase>,
}

/// Where things are before anything runs.
struct Site<'a> {
    folder: &'a Path,
    program: &'a Path,
    keys: Keys,
    /// Of the proxies in front of the internal ports, in the order of [`Part::ALL`].
    proxies: Vec<String>,
}

impl Shop {
    /// Starts everything and waits until it is ready.
    pub(crate) async fn start(
        engine: Engine,
        seed: u64,
        program: &Path,
        folder: &Path,
    ) -> anyhow::Result<Arc<Self>> {
        let tally = Tally::default();
        let listeners = Part::ALL.map(|_| TcpListener::bind(("127.0.0.1", 0)));
        let listeners = listeners.into_iter().collect::<Result<Vec<_>, _>>()?;
        let proxies = listeners
            .iter()
            .map(|listener| Ok(format!("http://{}", listener.local_addr()?)))
            .collect::<std::io::Result<_>>()?;
        let site = Site { folder, program, keys: keys::write(folder)?, proxies };
        let replicas = engine.replicas();
        let mut ports = free_ports(2 * replicas * Part::ALL.len())?.into_iter();
        let (mut services, mut databases) = (Vec::new(), Vec::new());
        for (part, listener) in Part::ALL.into_iter().zip(listeners) {
            let database = kit::database(engine.into()).await;
            let mut of_part = Vec::new();
            for number in 1..=replicas {
                let ports = [ports.next(), ports.next()].map(|port| port.expect("two for each replica"));
                of_part.push(Arc::new(site.replica(part, number, ports, database.url())));
            }
            let upstreams = of_part.iter().map(|replica| replica.internal.clone()).collect();
            let chance = plan::chance(seed, &format!("{} proxy", part.name()));
            proxy::start(listener, upstreams, chance, Arc::clone(&tally.disturbed))?;
            services.push(Service::new(part, of_part)?);
            databases.push(database);
        }
        let [user, product, order] = <[Service; 3]>::try_from(services).ok().context("three services")?;
        let shop = Self {
            seed,
            replicas,
            user,
            product,
            order,
            record: Record::default(),
            tally,
            http: reqwest::Client::builder().no_proxy().build()?,
            catalogue: OnceLock::new(),
            _databases: databases,
        };
        for replica in shop.all_replicas() {
            replica.start()?;
        }
        shop.until_ready().await?;
        Ok(Arc::new(shop))
    }

    pub(crate) fn service(&self, part: Part) -> &Service {
        match part {
            Part::User => &self.user,
            Part::Product => &self.product,
            Part::Order => &self.order,
        }
    }

    pub(crate) fn all_replicas(&self) -> impl Iterator<Item = &Replica> {
        Part::ALL.into_iter().flat_map(|part| self.service(part).replicas.iter().map(AsRef::as_ref))
    }

    pub(crate) fn opens_with(&self, catalogue: Catalogue) {
        self.catalogue.set(catalogue).expect("a shop opens once");
    }

    /// What is sold; known once the shop is open.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.catalogue.get().expect("the shop is open")
    }

    /// Waits until every process says that it is ready.
    pub(crate) async fn until_ready(&self) -> anyhow::Result<()> {
        let end = Instant::now() + COMES_UP_WITHIN;
        for replica in self.all_replicas() {
            let url = format!("{}/readyz", replica.internal);
            loop {
                let look = self.http.get(&url).timeout(Duration::from_secs(2)).send().await;
                if look.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
                let ended = replica.ended_by_itself();
                ensure!(ended.is_none(), "{} ended ({ended:?}):\n{}", replica.name, replica.last_words());
                ensure!(Instant::now() < end, "{} is not ready:\n{}", replica.name, replica.last_words());
                sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }
}

impl Site<'_> {
    fn replica(&self, part: Part, number: usize, ports: [u16; 2], database: &str) -> Replica {
        let name = format!("{}-{number}", part.name());
        let [listen, internal_listen] = ports.map(|port| format!("127.0.0.1:{port}"));
        let path = |path: &PathBuf| path.display().to_string();
        let mut arguments = vec!["part".to_owned(), part.name().to_owned(), "serve".to_owned()];
        let mut set = |flag: &str, value: &str| arguments.extend([format!("--{flag}"), value.to_owned()]);
        set("listen", &listen);
        set("internal-listen", &internal_listen);
        set("shop", "campaign");
        set("jwks-file", &path(&self.keys.jwks));
        set("shop-secret-file", &path(&self.keys.secret));
        set("database-url", database);
        set("log-format", "json");
        // All shoppers come from one address.
        set("requests-per-second", "0");
        let [user, product, order] = [&self.proxies[0], &self.proxies[1], &self.proxies[2]];
        match part {
            Part::User => {
                set("signing-key-file", &path(&self.keys.signing_key));
                set("staff-login", &path(&self.keys.staff_login));
                set("logins-per-address", "off");
            }
            Part::Product => {
                set("currency", "EUR");
                set("order-internal-url", order);
                set("user-internal-url", user);
            }
            Part::Order => {
                set("currency", "EUR");
                set("product-internal-url", product);
                set("user-internal-url", user);
            }
        }
        let log = self.folder.join(format!("{name}.log"));
        Replica::new(name, ports, self.program.to_owned(), arguments, log)
    }
}

impl From<Engine> for kit::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => Self::Postgres,
        }
    }
}

/// Ports below those that the system gives to clients: a process that was killed must find its own again.
fn free_ports(count: usize) -> anyhow::Result<Vec<u16>> {
    let first = rand::rng().random_range(22_000..31_000);
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let ports: Vec<u16> = (first..32_700).filter(free).take(count).collect();
    ensure!(ports.len() == count, "there are not enough free ports");
    Ok(ports)
}
