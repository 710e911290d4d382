//! What lies in the data folder, and what is found there again.

use std::os::unix::fs::PermissionsExt;

use kit::postgres::{Server, Settings};
use kit::shop::{Part, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_opened_again_knows_its_accounts_and_its_staff() {
    let mut shop = Shop::start().await;
    let login = std::fs::read(shop.data().join("staff-login.json")).expect("it is there");
    let key = shop.customer_key("ada").await;
    assert!(shop.close().success(), "{}", shop.log());

    shop.start_again().await;
    assert_eq!(std::fs::read(shop.data().join("staff-login.json")).expect("it is there"), login);
    let account = shop.client(Part::User).with_key(key).get("/api/user").send().await.expect_json(200);
    assert_eq!(account["result"]["username"], "ada");
    let staff = shop.client(Part::User).with_key(shop.staff_key().await);
    staff.get("/api/users").send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_read_what_the_shop_keeps() {
    let shop = Shop::start().await;
    let mut folders = vec![shop.data()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(files.len() > 8, "keys, login and databases are expected: {files:?}");
    for file in files {
        let mode = file.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_catalogue_is_there_when_the_shop_opens() {
    let shop = Shop::start().await;
    let products = shop.client(Part::Product).get("/api/products").send().await.expect_json(200);
    assert!(products["results"].as_array().expect("a list").len() >= 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_on_postgres_makes_its_databases_and_finds_them_again() {
    let server = Server::start(Settings::default()).await;
    let mut shop = Shop::start_with(&["--postgres", &server.url()]).await;
    let key = shop.customer_key("ada").await;
    assert!(!shop.data().join("user.sqlite").exists());
    assert!(shop.close().success(), "{}", shop.log());

    shop.start_again().await;
    shop.client(Part::User).with_key(key).get("/api/user").send().await.expect_json(200);
}
