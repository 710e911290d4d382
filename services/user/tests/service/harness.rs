//! The user service as it is served, and people who use it.

use chassis::{Process, clock::Clock, process::Running};
use contract::event::{CloudEvent, Snapshot, UserEvent};
use kit::{
    Keys, TestDatabase,
    http::{Answer, Client},
};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;
use user::{LimitArgs, ShopSettings};

/// How long to wait for what happens in the background.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The password of everybody who is registered here.
pub(crate) const PASSWORD: &str = "a good password";

/// The login of the first staff account.
pub(crate) const STAFF: (&str, &str) = ("keeper", "the keeper's password");

/// The user service and what it was started with.
pub(crate) struct Service {
    running: Option<Running>,
    /// Somebody without a key, on the public port.
    pub(crate) anonymous: Client,
    /// Another part of the shop, on the internal port.
    pub(crate) inside: Client,
    pub(crate) clock: Clock,
    pub(crate) world: World,
}

/// What outlives a process of the service.
pub(crate) struct World {
    pub(crate) keys: Keys,
    pub(crate) database: TestDatabase,
    folder: TempDir,
}

impl World {
    pub(crate) fn new(database: TestDatabase) -> Self {
        chassis::process::install_crypto();
        let folder = tempfile::Builder::new().prefix("shopkeeper-").tempdir().expect("make a folder");
        let world = Self { keys: kit::keys(), database, folder };
        world.write_staff_login(STAFF.0, STAFF.1);
        world
    }

    pub(crate) fn staff_login_file(&self) -> PathBuf {
        self.folder.path().join("staff-login.json")
    }

    pub(crate) fn write_staff_login(&self, username: &str, password: &str) {
        self.write_staff_file(&json!({"username": username, "password": password}).to_string());
    }

    /// As mounted Secrets change: at once.
    pub(crate) fn write_staff_file(&self, text: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, text).expect("write a file");
        std::fs::rename(new, self.staff_login_file()).expect("replace a file");
    }

    /// The settings that the service has by default, without limits.
    pub(crate) fn settings(&self) -> ShopSettings {
        let off: user::Limit = "off".parse().unwrap();
        ShopSettings {
            signing_key_file: self.keys.signing_key_file(),
            staff_login: Some(self.staff_login_file()),
            token_lifetime: Duration::from_secs(15 * 60),
            username_check: true,
            hash_parallelism: Some(2),
            limits: LimitArgs {
                failed_logins_per_account: off,
                username_checks_per_address: off,
                logins_per_address: off,
            },
        }
    }

    /// Builds the service without serving it.
    pub(crate) async fn build(&self, settings: &ShopSettings) -> anyhow::Result<chassis::Part> {
        let process = Process::new(&self.keys.serve_args(), "user", "0.1.0", Clock::system())?;
        user::build(process, &self.database.url().parse()?, settings).await
    }

    /// The store, while no service has the database open.
    pub(crate) async fn store(&self) -> (user::Store, database::Database) {
        let url = self.database.url().parse().unwrap();
        let database = database::Database::open(&url, user::SCHEMAS).await.expect("open the database");
        (user::Store::new(database.clone()), database)
    }
}

impl Service {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(World::new(database), |_| {}).await
    }

    pub(crate) async fn start_with(world: World, change: impl FnOnce(&mut ShopSettings)) -> Self {
        let clock = Clock::set_at(Clock::system().now_unix_ms());
        let mut settings = world.settings();
        change(&mut settings);
        let (running, anonymous, inside) = serve(&world, &settings, &clock).await;
        Self { running: Some(running), anonymous, inside, clock, world }
    }

    /// A further process on the same database.
    pub(crate) async fn further_replica(&self) -> (Running, Client) {
        let (running, anonymous, _) = serve(&self.world, &self.world.settings(), &self.clock).await;
        (running, anonymous)
    }

    /// Drains it; its database can be opened by others then.
    pub(crate) async fn stop(mut self) -> World {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("stop");
        }
        self.world
    }

    /// Registers somebody and answers with the account.
    pub(crate) async fn register(&self, username: &str) -> Value {
        let answer = self.anonymous.post("/api/user/create").form(registration(username)).send().await;
        answer.expect_json(200)["result"].clone()
    }

    /// Registers somebody and logs in.
    pub(crate) async fn customer(&self, username: &str) -> Session {
        let account = self.register(username).await;
        Session { id: account["id"].as_i64().unwrap(), ..self.session(username, PASSWORD).await }
    }

    /// Logs the first staff account in.
    pub(crate) async fn staff(&self) -> Session {
        self.session(STAFF.0, STAFF.1).await
    }

    /// Begins a session.
    pub(crate) async fn session(&self, username: &str, password: &str) -> Session {
        let keys = self.log_in(username, password).await.expect_json(200);
        let mut session = Session::of(&self.anonymous, &keys);
        session.id =
            session.client.get("/api/user").send().await.expect_json(200)["result"]["id"].as_i64().unwrap();
        session
    }

    pub(crate) async fn log_in(&self, username: &str, password: &str) -> Answer {
        log_in(&self.anonymous, username, password).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.anonymous.post("/api/user/refresh").form([("refresh_token", refresh_token)]).send().await
    }

    /// Everything that the service has told, oldest first.
    pub(crate) async fn told(&self) -> Vec<CloudEvent> {
        let events = self.inside.get("/internal/events?after=0&limit=1000&wait=0").send().await;
        serde_json::from_value(events.expect_json(200)).expect("read events")
    }

    /// The sessions that the snapshot says are revoked.
    pub(crate) async fn revoked(&self) -> Vec<String> {
        let page = self.inside.get("/internal/snapshot").send().await.expect_json(200);
        let page: Snapshot<UserEvent> = serde_json::from_value(page).expect("read a snapshot");
        let id = |UserEvent::SessionRevoked(session)| session.session_id.to_string();
        page.events.into_iter().map(id).collect()
    }
}

async fn serve(world: &World, settings: &ShopSettings, clock: &Clock) -> (Running, Client, Client) {
    let args = world.keys.serve_args();
    let process = Process::new(&args, "user", "0.1.0", clock.clone()).expect("read the keys");
    let url = world.database.url().parse().expect("read the URL of the database");
    let part = user::build(process.clone(), &url, settings).await.expect("build the user service");
    let running = Running::start(process, part, &args).await.expect("serve");
    let anonymous = Client::new(format!("http://{}", running.public));
    let inside = Client::new(format!("http://{}", running.internal)).with_key(world.keys.secret());
    (running, anonymous, inside)
}

/// Somebody who is logged in.
pub(crate) struct Session {
    pub(crate) id: i64,
    pub(crate) client: Client,
    pub(crate) key: String,
    pub(crate) refresh_token: String,
}

impl Session {
    /// From the answer to a login or a refresh.
    pub(crate) fn of(anonymous: &Client, keys: &Value) -> Self {
        let key = keys["api_key"].as_str().expect("a key").to_owned();
        let refresh_token = keys["refresh_token"].as_str().expect("a refresh token").to_owned();
        Self { id: 0, client: anonymous.with_key(&key), key, refresh_token }
    }

    /// Whether the key is taken.
    pub(crate) async fn is_live(&self) -> bool {
        match self.client.get("/api/user").send().await.status {
            200 => true,
            401 => false,
            other => panic!("{other} for the own account"),
        }
    }
}

pub(crate) async fn log_in(client: &Client, username: &str, password: &str) -> Answer {
    client.post("/api/user/login").form([("username", username), ("password", password)]).send().await
}

/// What somebody fills into the form.
pub(crate) fn registration(username: &str) -> [(&'static str, String); 5] {
    [
        ("first_name", "Ada".to_owned()),
        ("last_name", "Lovelace".to_owned()),
        ("email", format!("{username}@example.com")),
        ("username", username.to_owned()),
        ("password", PASSWORD.to_owned()),
    ]
}
