//! Whether an object is as it should be. Only what we want is compared: fields of others are theirs.

use serde_json::Value;

/// The path of the first field in `live` that is not as `desired` wants it; `None` if all is well.
///
/// Entries of lists that Kubernetes merges by a key are found by it, and others may have entries beside ours. In all
/// other lists every entry counts. Quantities are compared by value, since the API server writes `1024Mi` as `1Gi`.
pub fn first_difference(desired: &Value, live: &Value) -> Option<String> {
    visit(desired, live, "", "")
}

fn visit(desired: &Value, live: &Value, field: &str, path: &str) -> Option<String> {
    match (desired, live) {
        (Value::Object(wanted), Value::Object(there))
            if is_selector(field) && there.keys().any(|name| !wanted.contains_key(name)) =>
        {
            Some(path.to_owned())
        }
        (Value::Object(wanted), _) => wanted.iter().find_map(|(name, wanted)| {
            let there = live.get(name).unwrap_or(&Value::Null);
            visit(wanted, there, name, &format!("{path}.{name}"))
        }),
        (Value::Array(wanted), Value::Array(there)) => match merge_key(field, wanted) {
            Some(key) => wanted.iter().find_map(|item| {
                let place = format!("{path}[{}]", item[key]);
                let found = there.iter().find(|candidate| candidate[key] == item[key]);
                found.map_or_else(|| Some(place.clone()), |found| visit(item, found, field, &place))
            }),
            None if wanted.len() != there.len() => Some(path.to_owned()),
            None => wanted
                .iter()
                .zip(there)
                .enumerate()
                .find_map(|(index, (item, found))| visit(item, found, "", &format!("{path}[{index}]"))),
        },
        // The API server leaves out what is empty.
        (Value::Array(wanted), Value::Null) if wanted.is_empty() => None,
        (Value::String(wanted), Value::String(there)) if wanted != there && is_quantity(path) => {
            let same = quantity(wanted).is_some() && quantity(wanted) == quantity(there);
            (!same).then(|| path.to_owned())
        }
        _ => (desired != live).then(|| path.to_owned()),
    }
}

/// The key by which Kubernetes tells the entries of a list apart, for the lists that it merges.
fn merge_key(field: &str, items: &[Value]) -> Option<&'static str> {
    let has = |key: &str| items.iter().all(|item| item.get(key).is_some());
    match field {
        "containers" | "initContainers" | "env" | "volumes" => Some("name"),
        "volumeMounts" => Some("mountPath"),
        "ownerReferences" => Some("uid"),
        // Those of a container, those of a Service; those of a NetworkPolicy are not merged.
        "ports" if has("containerPort") => Some("containerPort"),
        "ports" if has("targetPort") => Some("port"),
        _ => None,
    }
}

/// What selects means something else with one word more.
fn is_selector(field: &str) -> bool {
    ["selector", "matchLabels", "podSelector", "namespaceSelector"].contains(&field)
}

fn is_quantity(path: &str) -> bool {
    [".requests.", ".limits.", ".sizeLimit"].iter().any(|place| path.contains(place))
}

/// The value of a quantity in thousandths, as in `100m`, `1.5`, `128Mi` or `1e3`.
fn quantity(text: &str) -> Option<i128> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let scale: i128 = match suffix {
        "m" => 1,
        "" => 1_000,
        "k" => 1_000_000,
        "M" => 1_000_000_000,
        "G" => 1_000_000_000_000,
        "T" => 1_000_000_000_000_000,
        "Ki" => 1_000 << 10,
        "Mi" => 1_000 << 20,
        "Gi" => 1_000 << 30,
        "Ti" => 1_000 << 40,
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<u32>().ok()?;
            1_000 * 10_i128.checked_pow(exponent)?
        }
    };
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let thousandths = if fraction.is_empty() {
        0
    } else {
        let digits = fraction.get(..fraction.len().min(9))?;
        digits.parse::<i128>().ok()? * scale / 10_i128.pow(digits.len() as u32)
    };
    whole.checked_mul(scale)?.checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{first_difference, quantity};

    fn assert_same(desired: Value, live: Value) {
        assert_eq!(first_difference(&desired, &live), None);
    }

    fn assert_differs(desired: Value, live: Value, path: &str) {
        assert_eq!(first_difference(&desired, &live).as_deref(), Some(path));
    }

    #[test]
    fn fields_of_others_do_not_count() {
        assert_same(json!({"a": 1}), json!({"a": 1, "b": 2}));
        assert_same(json!({"labels": {"ours": "1"}}), json!({"labels": {"ours": "1", "theirs": "2"}}));
    }

    #[test]
    fn a_selector_is_compared_as_a_whole() {
        let service = |selector: Value| json!({"spec": {"selector": selector}});
        assert_differs(service(json!({"a": "1"})), service(json!({"a": "1", "b": "2"})), ".spec.selector");
    }

    #[test]
    fn a_field_that_is_missing_or_another_is_named() {
        assert_differs(json!({"spec": {"a": 1}}), json!({"spec": {"a": 2}}), ".spec.a");
        assert_differs(json!({"spec": {"a": 1}}), json!({}), ".spec.a");
    }

    #[test]
    fn entries_with_a_key_are_found_by_it() {
        let wanted = json!({"containers": [{"name": "user", "image": "a"}]});
        let with_another =
            json!({"containers": [{"name": "proxy"}, {"name": "user", "image": "a", "tty": true}]});
        assert_same(wanted.clone(), with_another);
        assert_differs(
            wanted.clone(),
            json!({"containers": [{"name": "user", "image": "b"}]}),
            r#".containers["user"].image"#,
        );
        assert_differs(wanted, json!({"containers": []}), r#".containers["user"]"#);
    }

    #[test]
    fn in_other_lists_every_entry_counts() {
        assert_same(json!({"ingress": [{"a": 1}]}), json!({"ingress": [{"a": 1, "set": "by default"}]}));
        assert_differs(json!({"ingress": [{"a": 1}]}), json!({"ingress": [{"a": 1}, {}]}), ".ingress");
        assert_same(json!({"egress": []}), json!({}));
    }

    #[test]
    fn rules_of_the_network_are_not_merged_though_they_have_ports() {
        let rule = |ports: Value| json!({"ingress": [{"ports": ports}]});
        assert_differs(
            rule(json!([{"port": 53}])),
            rule(json!([{"port": 53}, {"port": 22}])),
            ".ingress[0].ports",
        );
    }

    #[test]
    fn quantities_are_compared_by_value() {
        let resources = |memory: &str| json!({"resources": {"limits": {"memory": memory}}});
        assert_same(resources("1024Mi"), resources("1Gi"));
        assert_differs(resources("1024Mi"), resources("1G"), ".resources.limits.memory");
        for (one, other) in [("1", "1000m"), ("0.5", "500m"), ("1e3", "1k"), ("1.5Gi", "1536Mi")] {
            assert_eq!(quantity(one), quantity(other), "{one} {other}");
        }
        assert_eq!(quantity("many"), None);
    }

    #[test]
    fn a_text_that_looks_like_a_quantity_is_a_text() {
        assert_differs(json!({"a": "1.0"}), json!({"a": "1"}), ".a");
    }
}
