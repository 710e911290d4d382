//! The manifests in `tests/cluster/shop`, with what differs from cluster to cluster filled in.

use std::path::{Path, PathBuf};

use kit::Engine;
use serde_json::Value;

/// The files that make a shop on this engine, in the order in which they are applied.
fn files(engine: Engine) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shop");
    let shared = ["storefront.yaml", "ingress.yaml"];
    let of_the_engine = match engine {
        Engine::Sqlite => &["sqlite/user.yaml", "sqlite/product.yaml", "sqlite/order.yaml"][..],
        Engine::Postgres => {
            &["postgres/server.yaml", "postgres/user.yaml", "postgres/product.yaml", "postgres/order.yaml"]
        }
    };
    let first = ["accounts.yaml", "settings.yaml", "services.yaml"];
    first.iter().chain(of_the_engine).chain(&shared).map(|file| folder.join(file)).collect()
}

/// The objects of a shop on this engine.
///
/// # Panics
/// If a file is no YAML, or has a place to fill in that `values` don't name.
pub(crate) fn of_a_shop(engine: Engine, values: &[(&str, &str)]) -> Vec<Value> {
    files(engine).iter().flat_map(|file| objects(file, values)).collect()
}

fn objects(file: &Path, values: &[(&str, &str)]) -> Vec<Value> {
    let about = file.display();
    let mut text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{about}: {error}"));
    for (name, value) in values {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    assert!(!text.contains("${"), "{about} has a place that nothing fills: {text}");
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{about}: {error}"))
}
