//! `operator render`: what would be applied for a Shop, as YAML. Keys and passwords are made up each time.
//! `operator queries`: what the panels of the dashboards ask.

use std::io::Write as _;

use anyhow::Context as _;
use k8s_openapi::jiff::Timestamp;

use crate::args::RenderArgs;
use crate::build::{self, RandomKeys, Secrets};
use crate::component::connections;
use crate::observe::{External, Observed};
use crate::plan::Plan;

/// Prints the objects, in the order in which they are applied.
///
/// # Errors
/// If the file can't be read or holds no valid Shop; the message tells every fault of it.
pub fn run(args: &RenderArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let text = std::fs::read_to_string(&args.file).with_context(|| format!("cannot read {name}"))?;
    let mut shop = shop::from_yaml(&text).with_context(|| format!("{name} is not a valid Shop"))?;
    shop.metadata.namespace.get_or_insert_with(|| args.namespace.clone());
    let mut observed = Observed::nothing_of(&shop, Timestamp::now());
    if let Some(external) = &shop.spec.database.external {
        for (part, secret) in connections(external) {
            let secret = secret.to_owned();
            // What the Secret holds is not known here; this is PostgreSQL's usual port.
            observed.references.external.insert(part, External { secret, digest: String::new(), port: 5432 });
        }
    }
    let plan = Plan::of(&observed, &args.settings);
    let secrets = Secrets::of(&observed, &plan, &mut RandomKeys)?;
    let mut output = std::io::stdout().lock();
    for child in build::children(&observed, &plan, &args.settings, &secrets) {
        write!(output, "---\n{}", serde_saphyr::to_string(&child.manifest)?)?;
    }
    Ok(())
}

/// Prints what each panel of the chart's dashboards asks, and in which outage the answer changes.
///
/// # Errors
/// If nobody listens.
pub fn queries() -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    for asked in monitoring::dashboards::of_chart().iter().flat_map(monitoring::dashboards::Dashboard::asked)
    {
        let line = serde_json::json!({
            "dashboard": asked.dashboard, "panel": asked.panel, "outage": asked.outage, "query": asked.query,
        });
        writeln!(output, "{line}")?;
    }
    Ok(())
}
