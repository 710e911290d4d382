//! The README shows every field of the Shop in examples, and each example is a Shop that is taken.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shop::crd;

/// The examples under "Every field", each as a whole Shop.
fn examples() -> Vec<Value> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(readme).expect("README.md is there");
    let (_, section) = readme.split_once("\n### Every field\n").expect("it has the section");
    let section = section.split("\n##").next().unwrap_or_default();
    let blocks = section.split("```yaml\n").skip(1);
    blocks
        .map(|block| {
            let block = block.split("```").next().unwrap_or_default();
            let mut example: Value = serde_saphyr::from_str(block).expect("an example is YAML");
            if example["kind"].is_null() {
                // What is not spelled out again is as in the first example.
                example["apiVersion"] = json!("shopkeeper.dev/v1alpha1");
                example["kind"] = json!("Shop");
                example["metadata"] = json!({"name": "tea"});
                example["spec"]["title"] = json!("Tea House");
                example["spec"]["currency"] = json!("EUR");
            }
            example
        })
        .collect()
}

/// The paths of all fields that a schema knows.
fn fields_of_schema(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(items) = schema.get("items") {
        return fields_of_schema(items, path, found);
    }
    match schema["properties"].as_object() {
        Some(fields) => {
            for (name, field) in fields {
                fields_of_schema(field, &format!("{path}.{name}"), found);
            }
        }
        _ => _ = found.insert(once(path)),
    }
}

/// The paths of all fields that an example has.
fn fields_of_example(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| fields_of_example(item, path, found)),
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                fields_of_example(field, &format!("{path}.{name}"), found);
            }
        }
        _ => _ = found.insert(once(path)),
    }
}

/// All parts have the same fields, and all journeys: to show those of one is enough.
fn once(path: &str) -> String {
    let mut steps: Vec<&str> = path.split('.').collect();
    if steps.len() > 2 && ["parts", "slo"].contains(&steps[1]) {
        steps[2] = "*";
    }
    steps.join(".")
}

#[test]
fn every_example_is_a_shop_that_is_taken() {
    let examples = examples();
    assert!(examples.len() >= 3, "there are {} examples", examples.len());
    for example in examples {
        let text = serde_saphyr::to_string(&example).expect("an example is plain YAML");
        if let Err(problems) = shop::from_yaml(&text) {
            panic!("{problems}\n{text}");
        }
    }
}

#[test]
fn every_field_is_in_an_example() {
    let definition = serde_json::to_value(crd::definition()).expect("a definition is plain JSON");
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let (mut known, mut shown) = (BTreeSet::new(), BTreeSet::new());
    fields_of_schema(schema, "spec", &mut known);
    for example in examples() {
        fields_of_example(&example["spec"], "spec", &mut shown);
    }
    let missing: Vec<_> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "README.md shows no example of {missing:?}");
}
