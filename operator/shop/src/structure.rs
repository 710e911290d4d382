//! The part of an API server's judgement that is no rule: types, bounds, unknown and missing fields.

use serde_json::{Map, Value};

use crate::Problem;

/// Drops every null, as the API server does with fields that are not nullable.
pub fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

/// Everything in `value` that the schema has no place for.
pub(crate) fn problems(schema: &Value, value: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    visit(schema, value, "", &mut found);
    found
}

fn visit(schema: &Value, value: &Value, path: &str, found: &mut Vec<Problem>) {
    let mut report = |message: String| found.push(Problem { field: path.to_owned(), message });
    if schema["x-kubernetes-int-or-string"] == true {
        if !value.is_string() && !value.is_i64() {
            report("this must be a quantity, for example 500m or 1Gi".to_owned());
        }
        return;
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        let allowed: Vec<String> = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        return report(format!("{value} is not known: choose one of {}", allowed.join(", ")));
    }
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(fields)) => visit_object(schema, fields, path, found),
        (Some("array"), Value::Array(items)) => {
            if let Some(message) = bound_broken(schema, "Items", items.len() as i64, "entries") {
                report(message);
            }
            for (index, item) in items.iter().enumerate() {
                visit(&schema["items"], item, &format!("{path}[{index}]"), found);
            }
        }
        (Some("string"), Value::String(text)) => {
            if let Some(message) = bound_broken(schema, "Length", text.chars().count() as i64, "characters") {
                report(message);
            }
        }
        (Some("integer"), Value::Number(number)) if number.is_i64() => {
            let number = number.as_i64().unwrap_or_default();
            let bound = |name: &str| schema[name].as_f64().map(|bound| bound as i64);
            match (bound("minimum"), bound("maximum")) {
                (Some(least), _) if number < least => {
                    report(format!("{number} is too small: write {least} or more"))
                }
                (_, Some(most)) if number > most => {
                    report(format!("{number} is too large: write {most} or less"))
                }
                _ => {}
            }
        }
        (Some("boolean"), Value::Bool(_)) | (None, _) => {}
        (Some(wanted), _) => report(format!("this must be {}, not {value}", article(wanted))),
    }
}

fn visit_object(schema: &Value, fields: &Map<String, Value>, path: &str, found: &mut Vec<Problem>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(Problem { field: below(name), message: "this field is missing: add it".to_owned() });
        }
    }
    let Some(properties) = schema["properties"].as_object() else {
        let additional = &schema["additionalProperties"];
        return fields.iter().for_each(|(name, field)| visit(additional, field, &below(name), found));
    };
    for (name, field) in fields {
        match properties.get(name) {
            Some(property) => visit(property, field, &below(name), found),
            // Every object has these; a definition does not list them.
            None if path.is_empty() && ["apiVersion", "kind", "metadata"].contains(&name.as_str()) => {}
            None => {
                let known: Vec<&str> = properties.keys().map(String::as_str).collect();
                let message = format!("this field is not known: choose one of {}", known.join(", "));
                found.push(Problem { field: below(name), message });
            }
        }
    }
}

/// Says which of `min<what>` and `max<what>` a count breaks.
fn bound_broken(schema: &Value, what: &str, count: i64, unit: &str) -> Option<String> {
    let bound = |prefix: &str| schema[format!("{prefix}{what}")].as_i64();
    match (bound("min"), bound("max")) {
        (Some(least), _) if count < least => {
            Some(format!("{count} {unit} are too few: give {least} or more"))
        }
        (_, Some(most)) if count > most => Some(format!("{count} {unit} are too many: give {most} or fewer")),
        _ => None,
    }
}

fn article(kind: &str) -> &str {
    match kind {
        "object" => "an object",
        "array" => "a list",
        "integer" => "a whole number",
        "boolean" => "true or false",
        _ => "text (in quotes)",
    }
}
