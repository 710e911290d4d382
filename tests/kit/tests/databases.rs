//! What the other tests build upon: fresh databases, and servers that stop, die and encrypt.

use kit::postgres::{Server, Settings};
use kit::{Engine, TestDatabase, engines};
use sqlx::{Connection, PgConnection, Row};

async fn ask(url: &str, statement: &'static str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(statement).fetch_one(&mut connection).await?.try_get(0)
}

async fn the_url_names_the_engine(database: TestDatabase) {
    assert!(database.url().starts_with(&database.engine().to_string()), "{database:?}");
}
kit::on_both_engines!(the_url_names_the_engine);

kit::on_both_engines!(every_test_has_a_database_of_its_own, async |database| {
    let other = kit::database(database.engine()).await;
    assert_ne!(database.url(), other.url());
});

#[tokio::test]
async fn a_database_goes_away_with_its_test() {
    let database = kit::database(Engine::Postgres).await;
    let url = database.url().to_owned();
    assert_eq!(ask(&url, "SELECT 1::bigint").await.expect("it is there"), 1);
    drop(database);
    ask(&url, "SELECT 1::bigint").await.expect_err("it is gone");
    assert_eq!(engines().len(), 2);
}

#[tokio::test]
async fn a_durable_server_keeps_what_was_committed_when_it_is_killed() {
    let mut server = Server::start(Settings { durable: true, ..Settings::default() }).await;
    let database = server.database().await;
    let mut connection = PgConnection::connect(database.url()).await.expect("connect");
    sqlx::query("CREATE TABLE kept AS SELECT 7::bigint AS n").execute(&mut connection).await.expect("write");
    server.kill();
    sqlx::query("SELECT 1").execute(&mut connection).await.expect_err("the connection is lost");
    server.start_again().await;
    assert_eq!(ask(database.url(), "SELECT n FROM kept").await.expect("it is kept"), 7);
    server.stop();
    ask(database.url(), "SELECT n FROM kept").await.expect_err("the server is stopped");
    server.start_again().await;
    assert_eq!(ask(database.url(), "SELECT n FROM kept").await.expect("it is kept"), 7);
}

#[tokio::test]
async fn a_server_with_tls_proves_its_name_and_refuses_plain_text() {
    let server = Server::start(Settings { tls: true, ..Settings::default() }).await;
    let encrypted = "SELECT ssl::int::bigint FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(ask(server.database().await.url(), encrypted).await.expect("verify-full holds"), 1);
    let other_name = server.url().replace("localhost", "127.0.0.1");
    ask(&other_name, encrypted).await.expect_err("the certificate is for localhost");
    let other = Server::start(Settings { tls: true, ..Settings::default() }).await;
    let [own_file, other_file] = [&server, &other].map(|server| server.authority().display().to_string());
    let distrusting = server.url().replace(&own_file, &other_file);
    ask(&distrusting, encrypted).await.expect_err("another authority signed it");
    ask(&server.url_with("sslmode=disable"), encrypted).await.expect_err("plain text is refused");
}
