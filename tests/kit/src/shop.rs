//! A whole shop of real processes: the program `shopkeeper` on a data folder and ports of its own.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::http::Client;
use crate::{eventually, process};

/// How long a shop may take to open: four unoptimised processes on a busy machine.
const OPENS_WITHIN: Duration = Duration::from_secs(60);

/// The password of every customer that a test registers.
const CUSTOMERS_PASSWORD: &str = "a password of tests";

/// How much of its log is told of a shop whose test failed.
const LINES_TOLD: usize = 60;

/// A part of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Storefront,
    User,
    Product,
    Order,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Storefront, Part::User, Part::Product, Part::Order];

    pub fn name(self) -> &'static str {
        match self {
            Part::Storefront => "storefront",
            Part::User => "user",
            Part::Product => "product",
            Part::Order => "order",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A running shop; dropping it kills all its processes and removes its data.
#[derive(Debug)]
pub struct Shop {
    folder: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    port: u16,
    supervisor: Child,
}

impl Shop {
    /// Opens the sample shop on SQLite.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Opens a shop with further arguments, such as `["--postgres", url]`, and waits until it is ready.
    ///
    /// # Panics
    /// With the shop's log, if it does not open.
    pub async fn start_with(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments).await
    }

    /// As [`start_with`](Self::start_with), with more in the environment.
    pub async fn start_in(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("shopkeeper-").tempdir().expect("make a folder");
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = environment.collect::<Vec<_>>();
        let port = free_ports();
        let supervisor = run(folder.path(), port, &arguments, &environment);
        let mut shop = Self { folder, arguments, environment, port, supervisor };
        shop.until_open().await;
        shop
    }

    /// Opens a shop that was [closed](Self::close) or [killed](Self::kill_all), on the same data and ports.
    pub async fn start_again(&mut self) {
        self.supervisor = run(self.folder.path(), self.port, &self.arguments, &self.environment);
        self.until_open().await;
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// All that the shop has printed.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The part's public port.
    pub fn client(&self, part: Part) -> Client {
        self.on_port(self.port + part as u16)
    }

    /// The part's internal port, with the Shop's secret as the key.
    pub fn internal(&self, part: Part) -> Client {
        let secret = std::fs::read_to_string(self.data().join("keys/shop-secret")).expect("read the secret");
        self.on_port(self.port + 1000 + part as u16).with_key(secret.trim())
    }

    fn on_port(&self, port: u16) -> Client {
        Client::new(format!("http://127.0.0.1:{port}"))
    }

    /// The number that a query on the part's own database answers, to compare what is told with what is kept.
    ///
    /// # Panics
    /// If the database cannot be asked, or answers something else.
    pub async fn number(&self, part: Part, sql: &'static str) -> i64 {
        let remote = self.data().join(format!("keys/{part}-database-url"));
        match std::fs::read_to_string(remote) {
            Ok(url) => {
                let mut connection = PgConnection::connect(url.trim()).await.expect("reach the database");
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("ask the database")
            }
            Err(_) => {
                let file = self.data().join(format!("{part}.sqlite"));
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                let mut connection =
                    SqliteConnection::connect_with(&options).await.expect("open the database");
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("ask the database")
            }
        }
    }

    /// A fresh key of the first staff account.
    pub async fn staff_key(&self) -> String {
        let login = std::fs::read(self.data().join("staff-login.json")).expect("read the staff login");
        let login: Value = serde_json::from_slice(&login).expect("the staff login is JSON");
        // After a restore a service serves at once, and enforces the login that its file says in the background.
        eventually(Duration::from_secs(30), "staff log in", async || {
            let login = serde_json::json!({"username": login["username"], "password": login["password"]});
            let answer = self.client(Part::User).post("/api/user/login").json(login).send().await;
            match answer.status {
                200 => {
                    Ok(answer.expect_json(200)["api_key"].as_str().expect("a login gives a key").to_owned())
                }
                _ => Err(answer.to_string()),
            }
        })
        .await
    }

    /// Registers a customer and logs in.
    pub async fn customer_key(&self, username: &str) -> String {
        let account = serde_json::json!({
            "first_name": "Test", "last_name": "Customer", "email": format!("{username}@example.com"),
            "username": username, "password": CUSTOMERS_PASSWORD,
        });
        self.client(Part::User).post("/api/user/create").json(account).send().await.expect(200);
        self.further_key(username).await
    }

    /// Logs a customer in once more.
    pub async fn further_key(&self, username: &str) -> String {
        self.log_in(&username.into(), &CUSTOMERS_PASSWORD.into()).await
    }

    async fn log_in(&self, username: &Value, password: &Value) -> String {
        let login = serde_json::json!({"username": username, "password": password});
        let answer =
            self.client(Part::User).post("/api/user/login").json(login).send().await.expect_json(200);
        answer["api_key"].as_str().expect("a login gives a key").to_owned()
    }

    /// Stops a part; it stays down.
    pub async fn stop(&self, part: Part) {
        self.command(&["stop", part.name()]).await;
    }

    /// Freezes a part: it keeps its connections and answers nothing.
    pub async fn freeze(&self, part: Part) {
        self.command(&["freeze", part.name()]).await;
    }

    /// Starts a stopped part or thaws a frozen one, and waits until it is ready.
    pub async fn start_part(&self, part: Part) {
        self.command(&["start", part.name()]).await;
    }

    /// Kills a part's process (SIGKILL), and tells which it was; the shop starts another by itself. `None` if
    /// there is no process just now.
    pub async fn kill(&self, part: Part) -> Option<u32> {
        let id = self.process_id(part).await?;
        process::signal(id, Signal::KILL);
        Some(id)
    }

    /// The part's process, if there is one.
    pub async fn process_id(&self, part: Part) -> Option<u32> {
        let status = self.status().await;
        let parts = status["parts"].as_array().expect("a status lists the parts");
        let found = parts.iter().find(|entry| entry["name"] == part.name());
        found.and_then(|entry| entry["pid"].as_u64()).and_then(|id| u32::try_from(id).ok())
    }

    /// What `status --json` prints.
    pub async fn status(&self) -> Value {
        serde_json::from_str(&self.command(&["status", "--json"]).await).expect("the status is JSON")
    }

    /// Waits until a part answers that it is ready.
    pub async fn until_ready(&self, part: Part) {
        let client = self.on_port(self.port + 1000 + part as u16);
        eventually(OPENS_WITHIN, &format!("the {} service is ready", part.name()), async || {
            match client.get("/readyz").try_send().await {
                Ok(answer) if answer.status == 200 => Ok(()),
                Ok(answer) => Err(answer.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Closes the shop as Ctrl-C does, and waits until all its processes are gone.
    pub fn close(&mut self) -> ExitStatus {
        process::signal(self.supervisor.id(), Signal::INT);
        self.supervisor.wait().expect("wait for the shop")
    }

    /// Kills the supervisor and all parts at once, as a power cut would.
    pub fn kill_all(&mut self) {
        let parts = process::children(self.supervisor.id());
        let _ = self.supervisor.kill();
        parts.into_iter().for_each(|id| process::signal(id, Signal::KILL));
        let _ = self.supervisor.wait();
    }

    /// Runs a command on the running shop and returns what it prints.
    ///
    /// # Panics
    /// If the command fails.
    async fn command(&self, arguments: &[&str]) -> String {
        let output =
            tokio::process::Command::new(program()).args(arguments).arg("--data").arg(self.data()).output();
        let output = output.await.expect("run shopkeeper");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    async fn until_open(&mut self) {
        eventually(OPENS_WITHIN, "the shop is open", async || {
            if let Some(status) = self.supervisor.try_wait().expect("look at the shop") {
                panic!("the shop ended ({status})");
            }
            // The last thing that an opening shop says, when every part is ready.
            if self.log().contains(" is open ") { Ok(()) } else { Err("it is opening") }
        })
        .await;
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines = log.lines().collect::<Vec<_>>();
            let last = &lines[lines.len().saturating_sub(LINES_TOLD)..];
            eprintln!("the shop's last lines:\n{}", last.join("\n"));
        }
        self.kill_all();
    }
}

/// The program: `SHOPKEEPER_TEST_BINARY`, else the one that was built beside this test.
pub fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("SHOPKEEPER_TEST_BINARY") {
        return program.into();
    }
    let test = std::env::current_exe().expect("a process knows its program");
    let found =
        test.ancestors().skip(1).take(2).map(|folder| folder.join("shopkeeper")).find(|path| path.exists());
    found.unwrap_or_else(|| {
        panic!("there is no shopkeeper beside {}: run `cargo build` first", test.display())
    })
}

fn run(folder: &Path, port: u16, arguments: &[String], environment: &[(String, String)]) -> Child {
    let log = std::fs::File::create(folder.join("log")).expect("make the log");
    let mut command = Command::new(program());
    command.arg("--data").arg(folder.join("data")).arg("--port").arg(port.to_string()).args(arguments);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("share the log")).stderr(log);
    command.spawn().expect("start shopkeeper")
}

/// The first of four ports that are free, as are the four that lie 1000 higher. All of them lie below those
/// that the system gives to clients, and no block overlaps another.
pub fn free_ports() -> u16 {
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    let blocks =
        std::iter::repeat_with(|| 10_000 + 2000 * rand::random_range(0..11) + 4 * rand::random_range(0..250));
    blocks
        .take(1000)
        .find(|&first| (first..first + 4).all(|port| free(port) && free(port + 1000)))
        .expect("8 free ports")
}
