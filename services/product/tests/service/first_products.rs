//! The file with the first products: loaded once in the life of a catalogue.

use crate::harness::{Service, each};
use kit::TestDatabase;
use serde_json::json;

kit::on_both_engines!(the_first_products_are_loaded_once_whatever_becomes_of_them);
async fn the_first_products_are_loaded_once_whatever_becomes_of_them(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tea.csv");
    std::fs::write(&file, "slug,name,price,stock_quantity\nassam,Assam,780,5\n").unwrap();
    let mut service = Service::start(database).await;
    service.restart(Some(file.clone())).await.expect("the file is right");
    assert_eq!(each(&service.all("/api/products").await, "slug"), ["assam"]);
    service.edit(1, json!({"slug": "renamed", "name": "Renamed", "stock_quantity": 1})).await.expect(200);
    // Neither the same file nor a bad one is looked at again.
    service.restart(Some(file.clone())).await.expect("nothing is loaded");
    std::fs::write(&file, "nonsense").unwrap();
    service.restart(Some(file)).await.expect("nothing is read");
    assert_eq!(each(&service.all("/api/products").await, "slug"), ["renamed"]);
    assert_eq!(service.quantity(1).await, Some(1));
}

kit::on_both_engines!(a_catalogue_with_products_is_left_alone);
async fn a_catalogue_with_products_is_left_alone(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tea.csv");
    std::fs::write(&file, "slug,name,price\nassam,Assam,780\n").unwrap();
    let mut service = Service::start(database).await;
    service.add_tea("Sencha", None).await;
    service.restart(Some(file)).await.expect("nothing is loaded");
    assert_eq!(each(&service.all("/api/products").await, "slug"), ["sencha"]);
}

kit::on_both_engines!(a_bad_file_stops_the_start_naming_line_and_column);
async fn a_bad_file_stops_the_start_naming_line_and_column(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tea.csv");
    let mut service = Service::start(database).await;
    for (contents, named) in [
        ("slug,name,price\nassam,Assam,dear\n", "line 2: price must be a whole number"),
        ("slug,name\n", "line 1: price is missing"),
    ] {
        std::fs::write(&file, contents).unwrap();
        let refusal =
            format!("{:#}", service.restart(Some(file.clone())).await.expect_err("the file is wrong"));
        assert!(refusal.contains("--catalogue") && refusal.contains(named), "{refusal}");
    }
    let missing = folder.path().join("missing.csv");
    let refusal = format!("{:#}", service.restart(Some(missing)).await.expect_err("there is no file"));
    assert!(refusal.contains("missing.csv"), "{refusal}");
}
