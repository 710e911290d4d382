//! How processes begin and end: gracefully, and never two on one file.

use std::time::Duration;

use kit::eventually;
use kit::shop::{Part, Shop, free_ports, program};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::SOON;

/// A further user service with the keys of a shop, on ports of its own.
pub(crate) fn user_service(shop: &Shop, database_url: &str) -> Command {
    let (keys, port) = (shop.data().join("keys"), free_ports());
    let mut command = Command::new(program());
    command.args(["part", "user", "serve", "--database-url", database_url, "--log-format", "json"]);
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    command.arg("--internal-listen").arg(format!("127.0.0.1:{}", port + 1000));
    command.arg("--jwks-file").arg(keys.join("jwks.json"));
    command.arg("--signing-key-file").arg(keys.join("signing-key.pem"));
    command.arg("--shop-secret-file").arg(keys.join("shop-secret"));
    command.arg("--staff-login").arg(shop.data().join("staff-login.json")).kill_on_drop(true);
    command
}

/// What a process says that refuses to run.
pub(crate) async fn refusal_of(mut command: Command) -> String {
    let folder = tempfile::tempdir().expect("make a folder");
    let said = || std::fs::read_to_string(folder.path().join("said")).unwrap_or_default();
    let file = std::fs::File::create(folder.path().join("said")).expect("make a file");
    let mut process = command
        .stdout(file.try_clone().expect("share the file"))
        .stderr(file)
        .spawn()
        .expect("run shopkeeper");
    let ended = tokio::time::timeout(SOON, process.wait()).await;
    let status = ended.unwrap_or_else(|_| panic!("it goes on instead of refusing: {}", said()));
    assert!(!status.expect("wait for it").success(), "it ended without an error: {}", said());
    said()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_replica_on_a_sqlite_file_is_refused_clearly() {
    let shop = Shop::start().await;
    let url = format!("sqlite:{}", shop.data().join("user.sqlite").display());
    let said = refusal_of(user_service(&shop, &url)).await;
    assert!(said.contains("in use by another process"), "{said}");
    shop.customer_key("anna").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_told_to_stop_finishes_what_it_took() {
    let shop = Shop::start().await;
    let address = shop.client(Part::User).base().trim_start_matches("http://").to_owned();
    let body = "first_name=A&last_name=B&email=a%40example.com&username=anna&password=long+enough";
    let head = format!(
        "POST /api/user/create HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(&address).await.expect("connect");
    connection.write_all(head.as_bytes()).await.expect("send the head");
    let mut said = vec![0; 1024];
    // The service asks for the body once the request is being worked on.
    let read = connection.read(&mut said).await.expect("read");
    assert!(said[..read].starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&said[..read]));

    let id = shop.process_id(Part::User).await.expect("it runs");
    let id = Pid::from_raw(i32::try_from(id).expect("a process id")).expect("a process id");
    kill_process(id, Signal::TERM).expect("it runs");
    eventually(SOON, "the service takes no more connections", async || {
        match TcpStream::connect(&address).await {
            Ok(_) => Err("it took one"),
            Err(_) => Ok(()),
        }
    })
    .await;
    connection.write_all(body.as_bytes()).await.expect("send the body");
    let mut answer = Vec::new();
    let all = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut answer)).await;
    all.expect("an answer in time").expect("the whole answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("User added"), "{answer}");
    eventually(SOON, "the service has ended in order", async || {
        let log = shop.log();
        if log.contains("has ended (exit status: 0)") { Ok(()) } else { Err(log) }
    })
    .await;
}
