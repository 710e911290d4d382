//! The definition of the Shop that a cluster is given.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::Value;

use crate::Shop;

const HEADER: &str =
    "# The Shop, as a cluster knows it. Generated: cargo run -p operator -- crd > crds/shops.yaml\n";

/// The definition. No field of it is nullable, so the API server takes `field: null` for an absent field:
/// defaults fill it, and no rule has to think of null.
pub fn definition() -> CustomResourceDefinition {
    let mut definition = serde_json::to_value(Shop::crd()).expect("a definition is plain JSON");
    remove_nullable(&mut definition);
    serde_json::from_value(definition).expect("removing nullable keeps the definition's form")
}

/// The definition as the file that is committed.
///
/// # Errors
/// Never in practice: the definition consists of plain values.
pub fn yaml() -> anyhow::Result<String> {
    Ok(format!("{HEADER}{}", serde_saphyr::to_string(&definition())?))
}

/// The schema of a whole Shop.
pub(crate) fn schema() -> Value {
    let version = definition().spec.versions.remove(0);
    let schema = version.schema.and_then(|schema| schema.open_api_v3_schema);
    serde_json::to_value(schema.expect("the derived definition has a schema"))
        .expect("a schema is plain JSON")
}

fn remove_nullable(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("nullable").is_some_and(Value::is_boolean) {
                fields.remove("nullable");
            }
            fields.values_mut().for_each(remove_nullable);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nullable),
        _ => {}
    }
}
