//! What keeps a shop from opening is said in one sentence, with the remedy.

use std::path::Path;

use kit::shop::{Part, Shop, free_ports};

use crate::shopkeeper;

/// What the program says when it refuses; it must not succeed.
fn refusal(data: &Path, arguments: &[&str]) -> String {
    let output = shopkeeper().arg("--data").arg(data).args(arguments).output().expect("it can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

fn assert_names(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} is missing in: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_shop_on_the_same_data_is_refused_and_the_first_goes_on() {
    let shop = Shop::start().await;
    let pid = shop.status().await["pid"].to_string();
    assert_names(&refusal(&shop.data(), &["--port", "9"]), &["already", &pid, "--data"]);
    shop.client(Part::Storefront).get("/").send().await.expect(200);
}

#[test]
fn a_taken_port_is_named_with_its_part() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let port = free_ports();
    let users_port = port + 1;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", users_port)).expect("it was free");
    let said = refusal(data.path(), &["--port", &port.to_string()]);
    assert_names(&said, &[&users_port.to_string(), "user service", "--port"]);
}

#[test]
fn a_bad_shop_file_is_named_with_field_and_remedy() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let file = data.path().join("my-shop.yaml");
    let shop = "apiVersion: shopkeeper.dev/v1alpha1\nkind: Shop\nmetadata: {name: tea}\nspec: {title: Tea, currency: euro}\n";
    std::fs::write(&file, shop).expect("it can be written");
    let file = file.to_str().expect("a readable path");
    assert_names(&refusal(data.path(), &["--shop", file]), &[file, "spec.currency", "for example EUR"]);
    assert_names(&refusal(data.path(), &["--shop", "/nowhere.yaml"]), &["/nowhere.yaml", "No such file"]);
    assert_names(&refusal(data.path(), &["--catalogue", "/nowhere.csv"]), &["/nowhere.csv", "No such file"]);
}

#[test]
fn commands_need_a_running_shop() {
    let data = tempfile::tempdir().expect("a temporary folder");
    for command in [&["stop", "product"][..], &["start", "user"], &["freeze", "order"], &["status", "--json"]]
    {
        assert_names(&refusal(data.path(), command), &["no shop runs on", "--data"]);
    }
}

#[test]
fn a_postgres_server_that_is_away_is_told_without_its_password() {
    let data = tempfile::tempdir().expect("a temporary folder");
    // Port 1 belongs to a service that nobody runs.
    let port = free_ports().to_string();
    let said =
        refusal(data.path(), &["--port", &port, "--postgres", "postgres://me:hush@127.0.0.1:1/postgres"]);
    assert_names(&said, &["cannot reach the server that --postgres names"]);
    assert!(!said.contains("hush"), "{said}");
}

#[test]
fn a_part_that_fails_while_the_shop_opens_is_named_with_its_last_lines() {
    let data = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(data.path().join("product.sqlite"), "this is no database").expect("it can be written");
    let port = free_ports().to_string();
    let said = refusal(data.path(), &["--port", &port]);
    assert_names(
        &said,
        &["the product service ended before it was ready", "its last lines", "not a database"],
    );
}
