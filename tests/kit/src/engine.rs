//! Fresh databases for tests, one for each test, on both engines. [`on_both_engines!`](crate::on_both_engines)
//! makes one test into two.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

/// Where tests find the PostgreSQL server: a URL of a role that may create databases.
const SERVER: &str = "SHOPKEEPER_TEST_POSTGRES";

/// The database engines that every store must work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        })
    }
}

/// Both engines, for tests that compare them.
pub fn engines() -> [Engine; 2] {
    [Engine::Sqlite, Engine::Postgres]
}

/// An empty database that goes away when this value does.
#[derive(Debug)]
pub struct TestDatabase {
    engine: Engine,
    url: String,
    remains: Remains,
}

/// What is to be removed in the end.
#[derive(Debug)]
enum Remains {
    Folder { _folder: TempDir },
    Database { server: String, name: String },
}

impl TestDatabase {
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What `--database-url` takes.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Makes an empty database.
///
/// # Panics
/// Without a PostgreSQL server: a test on one engine only would prove half of what it says.
pub async fn database(engine: Engine) -> TestDatabase {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::Builder::new().prefix("shopkeeper-").tempdir().expect("make a folder");
            let url = format!("sqlite:{}", folder.path().join("test.db").display());
            TestDatabase { engine, url, remains: Remains::Folder { _folder: folder } }
        }
        Engine::Postgres => {
            let server = std::env::var(SERVER).unwrap_or_else(|_| {
                panic!("run tests/run, or set {SERVER}=postgres://USER:PASSWORD@HOST:PORT/postgres")
            });
            database_on(&server).await
        }
    }
}

/// Makes an empty database on the PostgreSQL server at this URL.
pub(crate) async fn database_on(server: &str) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{count}_{:08x}", std::process::id(), rand::random::<u32>());
    // template0 has no other sessions, which would make CREATE DATABASE fail.
    execute(server, format!("CREATE DATABASE {name} TEMPLATE template0")).await.expect("create a database");
    let url = with_database(server, &name);
    let remains = Remains::Database { server: server.to_owned(), name };
    TestDatabase { engine: Engine::Postgres, url, remains }
}

/// The URL of another database on the same server; the query (TLS settings) stays.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(a, q)| (a, Some(q)));
    let host_end = address.find("://").map_or(0, |scheme| scheme + 3);
    let host_end = address[host_end..].find('/').map_or(address.len(), |slash| host_end + slash);
    let query = query.map_or(String::new(), |query| format!("?{query}"));
    format!("{}/{name}{query}", &address[..host_end])
}

async fn execute(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    connection.close().await
}

impl Drop for TestDatabase {
    /// Best effort: a test that failed must tell its own failure, and the server is private anyway.
    fn drop(&mut self) {
        let Remains::Database { server, name } = &self.remains else { return };
        let (server, statement) = (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A runtime can't be blocked from within itself, so the last statement gets a thread of its own.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(execute(&server, statement)))
        });
        let _ = thread.join();
    }
}

/// Makes two tests, `<name>::sqlite` and `<name>::postgres`, out of an async function that takes a
/// [`TestDatabase`]: `kit::on_both_engines!(stock_never_goes_below_zero);` or, with a function of another
/// name or a closure, `kit::on_both_engines!(stock_never_goes_below_zero, async |database| { … });`.
#[macro_export]
macro_rules! on_both_engines {
    ($name:ident) => {
        $crate::on_both_engines!($name, super::$name);
    };
    ($name:ident, $test:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::run($crate::Engine::Sqlite, $test).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::run($crate::Engine::Postgres, $test).await
            }
        }
    };
}

/// Runs a test on a fresh database. [`on_both_engines!`](crate::on_both_engines) calls it.
#[doc(hidden)]
pub async fn run(engine: Engine, test: impl AsyncFnOnce(TestDatabase)) {
    test(database(engine).await).await;
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn a_database_url_keeps_the_servers_address_and_query() {
        assert_eq!(
            with_database("postgres://me:secret@127.0.0.1:5432/postgres?sslmode=verify-full", "shop"),
            "postgres://me:secret@127.0.0.1:5432/shop?sslmode=verify-full"
        );
        assert_eq!(with_database("postgres://me@localhost", "shop"), "postgres://me@localhost/shop");
    }
}
