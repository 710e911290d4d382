//! The parts of the shop, as the release build made them, and the floors beside them.

use crate::{
    arguments::Statements,
    keys::{Keys, SHOP},
    load::Answer,
    machine::Cores,
    sample::Sample,
    server::Server,
};
use anyhow::{Context, ensure};
use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A part with a database of its own, or the storefront.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Storefront,
    User,
    Product,
    Order,
}

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Storefront, Self::User, Self::Product, Self::Order];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
        }
    }
}

/// What every case needs: cores, keys, programs, ports, and a folder that goes away in the end.
pub(crate) struct Bench {
    pub(crate) cores: Cores,
    pub(crate) keys: Keys,
    /// The program that becomes any part.
    pub(crate) program: PathBuf,
    folder: TempDir,
    ports: [(SocketAddr, SocketAddr); 4],
    floor: SocketAddr,
}

impl Bench {
    /// Finds the program beside this one, and ports that are free.
    ///
    /// # Errors
    /// It was not built, or a folder cannot be made.
    pub(crate) fn prepare(cores: Cores) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("shopkeeper");
        ensure!(program.exists(), "{} is not there: run `cargo build --release`", program.display());
        if cfg!(debug_assertions) {
            eprintln!("bench: this is no release build; its figures mean nothing");
        }
        let folder = tempfile::Builder::new().prefix("shopkeeper-bench-").tempdir()?;
        let keys = Keys::make(folder.path())?;
        let free = || TcpListener::bind("127.0.0.1:0");
        let listeners = (0..9).map(|_| free()).collect::<Result<Vec<_>, _>>()?;
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
        let ports = std::array::from_fn(|index| (addresses[index], addresses[index + 4]));
        Ok(Self { cores, keys, program, folder, ports, floor: addresses[8] })
    }

    /// A file of this run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The URL of a SQLite file of this run.
    pub(crate) fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}", self.file(name).display())
    }

    /// Starts a part and waits until it is ready. `state` is the URL of its database; the storefront's is the
    /// folder of its copy of the catalogue.
    ///
    /// # Errors
    /// It ends, or is not ready in time.
    pub(crate) async fn start(&self, part: Part, state: &str) -> anyhow::Result<Server> {
        let (public, internal) = self.ports[part as usize];
        let internal_url = |part: Part| format!("http://{}", self.ports[part as usize].1);
        let public_url = |part: Part| format!("http://{}", self.ports[part as usize].0);
        let mut command = Command::new(&self.program);
        command.args(["part", part.name(), "serve", "--shop", SHOP, "--requests-per-second", "0"]);
        command.args(["--log-format", "json"]);
        command.arg("--listen").arg(public.to_string()).arg("--internal-listen").arg(internal.to_string());
        command.arg("--jwks-file").arg(&self.keys.jwks).arg("--shop-secret-file").arg(&self.keys.secret);
        if part != Part::Storefront {
            command.args(["--database-url", state]);
        }
        match part {
            Part::Storefront => {
                command.args(["--user-url", &public_url(Part::User)]);
                command.args(["--product-url", &public_url(Part::Product)]);
                command.args(["--order-url", &public_url(Part::Order)]);
                command.args(["--user-internal-url", &internal_url(Part::User)]);
                command.args(["--product-internal-url", &internal_url(Part::Product)]);
                command.args(["--public-url", &public_url(Part::Storefront), "--cache-dir", state]);
                command.arg("--cookie-key-file").arg(&self.keys.cookie_keys);
            }
            Part::User => {
                command.arg("--signing-key-file").arg(&self.keys.signing_key);
                command.args(["--logins-per-address", "off", "--username-checks-per-address", "off"]);
                // Nobody's key is renewed while pages are measured.
                command.args(["--token-lifetime", "24h"]);
            }
            Part::Product => {
                command.args(["--order-internal-url", &internal_url(Part::Order)]);
                command.args(["--user-internal-url", &internal_url(Part::User)]);
            }
            Part::Order => {
                command.args(["--product-internal-url", &internal_url(Part::Product)]);
                command.args(["--user-internal-url", &internal_url(Part::User)]);
            }
        }
        Server::start(self.cores, command, public, (internal, "/readyz")).await
    }

    /// Starts a bare route that answers with the same status, content and cookies.
    ///
    /// # Errors
    /// As [`Bench::start`].
    pub(crate) async fn start_route(&self, path: &str, answer: &Answer<'_>) -> anyhow::Result<Server> {
        let file = self.file("floor-body");
        std::fs::write(&file, answer.body)?;
        let mut command = this_program()?;
        command.args(["route", "--path", path, "--status", answer.status()]);
        command.arg("--listen").arg(self.floor.to_string()).arg("--body").arg(file);
        for (name, value) in answer.headers() {
            if matches!(&*name, "content-type" | "location" | "set-cookie") {
                command.arg(format!("--header={name}: {value}"));
            }
        }
        Server::start(self.cores, command, self.floor, (self.floor, path)).await
    }

    /// Runs the statements of a request for every shopper.
    ///
    /// # Errors
    /// The floor failed.
    pub(crate) fn run_commits(
        &self,
        database: &Path,
        statements: Statements,
        users: usize,
        group: usize,
    ) -> anyhow::Result<Sample> {
        let mut command = this_program()?;
        command.args(["commits", "--statements", statements.name()]).arg("--database").arg(database);
        command.args(["--users", &users.to_string(), "--group", &group.to_string()]);
        self.run_floor(command)
    }

    /// Makes password hashes for a while.
    ///
    /// # Errors
    /// The floor failed.
    pub(crate) fn run_hashes(&self, seconds: f64) -> anyhow::Result<Sample> {
        let mut command = this_program()?;
        command.args(["hashes", "--seconds", &seconds.to_string()]);
        self.run_floor(command)
    }

    fn run_floor(&self, mut command: Command) -> anyhow::Result<Sample> {
        command.stdout(Stdio::piped());
        let child = self.cores.on_server_core(|| command.spawn().context("cannot start a floor"))?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{command:?} failed");
        serde_json::from_slice(&output.stdout).context("a floor did not tell what it showed")
    }
}

fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}
