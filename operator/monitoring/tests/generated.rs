//! What the chart holds is what the description makes, every alert has a runbook, and every panel says what it must.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use monitoring::dashboards::{Dashboard, of_chart};
use monitoring::rules::{Wanted, alerts_of_shop, fleet, fleet_alerts};
use shop::Slo;

/// What the chart puts the address of the runbooks in the place of.
const RUNBOOKS: &str = "RUNBOOK_BASE";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn is_fresh(path: &str, fresh: &str) {
    let file = here("../../charts/shopkeeper").join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("make a folder");
        std::fs::write(&file, fresh).expect("write a generated file");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == fresh,
        "{} is stale: UPDATE_GOLDEN=1 cargo test --workspace --test generated",
        file.display()
    );
}

fn alerts() -> Vec<&'static str> {
    let parts = ["user", "storefront"];
    let wanted = Wanted { namespace: "shops", shop: "tea", slo: &Slo::default(), parts: &parts };
    let names = fleet_alerts().into_iter().chain(alerts_of_shop(&wanted)).map(|alert| alert.name);
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn the_charts_rules_and_dashboards_are_fresh() {
    let head =
        "# Generated from operator/monitoring; UPDATE_GOLDEN=1 cargo test --workspace --test generated\n";
    let rules = serde_saphyr::to_string(&fleet(RUNBOOKS)).expect("YAML");
    is_fresh("rules/fleet.yaml", &format!("{head}{rules}"));
    for dashboard in of_chart() {
        let name = dashboard.uid.trim_start_matches("shopkeeper-");
        let text = serde_json::to_string_pretty(&dashboard.json(RUNBOOKS)).expect("JSON");
        is_fresh(&format!("dashboards/{name}.json"), &format!("{text}\n"));
    }
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let index = std::fs::read_to_string(here("runbooks/README.md")).expect("an index");
    for alert in alerts() {
        let file = here("runbooks").join(format!("{alert}.md"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
        assert!(text.starts_with(&format!("# {alert}\n")), "{alert}: its name is the heading");
        for part in
            ["## What shoppers notice\n", "## First look\n", "## Causes and remedies\n", "```sh\nkubectl "]
        {
            assert!(text.contains(part), "{alert}: no {part:?}");
        }
        assert!(index.contains(&format!("[{alert}]({alert}.md)")), "{alert} is not in the index");
    }
    let files = std::fs::read_dir(here("runbooks")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    let mut written: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".md")?.to_owned())).collect();
    written.retain(|name| name != "README");
    written.sort();
    assert_eq!(written, alerts());
}

#[test]
fn every_panel_has_a_title_a_description_a_unit_and_an_outage_that_it_is_for() {
    for asked in of_chart().iter().flat_map(Dashboard::asked) {
        let what = format!("{}: {}", asked.dashboard, asked.panel);
        assert!(!asked.panel.is_empty() && !asked.panel.ends_with('.'), "{what}: a question or a noun");
        assert!(
            asked.description.ends_with('.') && asked.description.len() > 20,
            "{what}: {}",
            asked.description
        );
        assert!(!asked.unit.is_empty(), "{what} has no unit");
        assert!(!asked.outage.is_empty(), "{what} shows in no outage");
        assert!(!asked.query.contains("SHOP") && !asked.query.contains("RANGE"), "{what}: {}", asked.query);
    }
}

#[test]
fn no_two_panels_of_a_dashboard_have_one_title_or_place() {
    for dashboard in of_chart() {
        let json = dashboard.json(RUNBOOKS);
        let panels = json["panels"].as_array().expect("panels");
        for field in ["title", "gridPos", "id"] {
            let different: BTreeSet<String> = panels.iter().map(|panel| panel[field].to_string()).collect();
            assert_eq!(different.len(), panels.len(), "{}: {field}", dashboard.uid);
        }
    }
}
