//! The committed description of the API.

#[test]
fn the_committed_openapi_document_is_fresh() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == product::openapi_text(),
        "write it anew: cargo run -p product -- openapi > services/product/openapi.json"
    );
}
