//! A private PostgreSQL server in a folder of its own: for the whole test run, and for the tests that stop,
//! kill or encrypt one. It listens on 127.0.0.1 and believes everybody who reaches it there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::{TestDatabase, certificates, engine, eventually, process};

/// PostgreSQL refuses to run as root; this account (nobody) is on every system.
const UNPRIVILEGED: u32 = 65534;

/// How the server is to be run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whether a commit reaches the disk: needed by tests that kill the server, slow for all others.
    pub durable: bool,
    /// Whether the server speaks TLS, and nothing else, as `localhost`.
    pub tls: bool,
}

/// A running server; dropping it ends it and removes its files.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    port: u16,
    settings: Settings,
    process: Option<Child>,
}

impl Server {
    /// Makes an empty cluster and starts it.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not come up.
    pub async fn start(settings: Settings) -> Self {
        let folder =
            tempfile::Builder::new().prefix("shopkeeper-postgres-").tempdir().expect("make a folder");
        give_away(folder.path());
        let data = folder.path().join("data");
        run(unprivileged("initdb")
            .args(["--username=shopkeeper", "--auth=trust", "--no-sync"])
            .arg("--encoding=UTF8")
            .arg("--locale=C.UTF-8")
            .arg("--pgdata")
            .arg(&data));
        if settings.tls {
            let made = certificates(folder.path(), &["localhost"]);
            give_away(&made.key);
            std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n")
                .expect("write pg_hba.conf");
        }
        let mut server = Self { folder, port: free_port(), settings, process: None };
        server.start_again().await;
        server
    }

    /// The URL of the server's superuser, which may create databases.
    pub fn url(&self) -> String {
        self.url_with("sslmode=verify-full")
    }

    /// As [`url`](Self::url); with TLS, this query comes before the certificate authority.
    pub fn url_with(&self, query: &str) -> String {
        if self.settings.tls {
            let authority = self.authority();
            format!(
                "postgres://shopkeeper@localhost:{}/postgres?{query}&sslrootcert={}",
                self.port,
                authority.display()
            )
        } else {
            format!("postgres://shopkeeper@127.0.0.1:{}/postgres", self.port)
        }
    }

    /// The certificate of the authority that signed the server's own, in PEM.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// An empty database on this server.
    pub async fn database(&self) -> TestDatabase {
        engine::database_on(&self.url()).await
    }

    /// Starts the server after [`stop`](Self::stop) or [`kill`](Self::kill), on the same port, and waits until
    /// it answers.
    pub async fn start_again(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("open the log");
        let folder = self.folder.path();
        let mut command = unprivileged("postgres");
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).arg("-p").arg(self.port.to_string());
        command.args(["-h", "127.0.0.1", "-c", "max_connections=400"]);
        if !self.settings.durable {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        if self.settings.tls {
            for (name, file) in [("cert", "server.pem"), ("key", "server.key")] {
                command.arg("-c").arg(format!("ssl_{name}_file={}", folder.join(file).display()));
            }
            command.args(["-c", "ssl=on"]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("share the log")).stderr(log);
        self.process = Some(command.spawn().expect("start postgres"));
        let (url, log) = (self.url(), self.log());
        eventually(Duration::from_secs(60), "PostgreSQL answers", async || {
            match PgConnection::connect(&url).await {
                Ok(connection) => {
                    let _ = connection.close().await;
                    Ok(())
                }
                Err(error) => {
                    Err(format!("{error}; its log: {}", std::fs::read_to_string(&log).unwrap_or_default()))
                }
            }
        })
        .await;
    }

    /// Ends all connections and the server, in order.
    pub fn stop(&mut self) {
        self.end(Signal::INT);
    }

    /// Ends the server at once, as a crash would: it recovers from its log at the next start.
    pub fn kill(&mut self) {
        self.end(Signal::QUIT);
    }

    fn end(&mut self, signal: Signal) {
        if let Some(mut process) = self.process.take() {
            process::signal(process.id(), signal);
            let _ = process.wait();
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("bind to a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A program of PostgreSQL, run as somebody else when we are root. It ends when we do, even if we are killed.
fn unprivileged(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=QUIT");
    if rustix::process::geteuid().is_root() {
        command.arg(format!("--reuid={UNPRIVILEGED}")).arg(format!("--regid={UNPRIVILEGED}"));
        command.arg("--clear-groups");
    }
    command.arg(find(program));
    command
}

/// The newest version that Debian and Ubuntu have installed, else whatever the PATH holds.
fn find(program: &str) -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = installed
        .filter_map(|version| Some((version.file_name().to_str()?.parse::<u32>().ok()?, version.path())))
        .max();
    newest.map_or_else(|| program.into(), |(_, version)| version.join("bin").join(program))
}

fn give_away(path: &Path) {
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(path, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("give the folder away");
    }
}

fn run(command: &mut Command) {
    let output =
        command.output().unwrap_or_else(|error| panic!("can't run {command:?}: {error}; is it installed?"));
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
}
