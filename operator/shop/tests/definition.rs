//! The committed definition of the Shop is the one that the types make.

use shop::crd;

#[test]
fn the_committed_definition_is_fresh() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crds/shops.yaml");
    let committed = std::fs::read_to_string(committed).expect("crds/shops.yaml is there");
    let fresh = crd::yaml().expect("a definition is plain values");
    assert!(committed == fresh, "crds/shops.yaml is stale: cargo run -p operator -- crd > crds/shops.yaml");
}

#[test]
fn no_field_is_nullable_so_null_means_absent() {
    let definition = serde_json::to_string(&crd::definition()).expect("a definition is plain JSON");
    assert!(!definition.contains("nullable"));
}

#[test]
fn kubectl_prints_what_a_shopper_can_do() {
    let version = crd::definition().spec.versions.remove(0);
    let columns: Vec<String> =
        version.additional_printer_columns.into_iter().flatten().map(|column| column.name).collect();
    assert_eq!(columns, ["Ready", "Browse", "Register", "Login", "Order", "URL", "Version", "Age"]);
}

#[test]
fn every_field_is_described() {
    let definition = serde_json::to_value(crd::definition()).expect("a definition is plain JSON");
    let spec = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let mut nameless = Vec::new();
    collect_undescribed(spec, "spec", &mut nameless);
    assert!(nameless.is_empty(), "without a description: {nameless:?}");
}

fn collect_undescribed(schema: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        if property["description"].is_null() {
            found.push(path.clone());
        }
        collect_undescribed(property, &path, found);
    }
}
