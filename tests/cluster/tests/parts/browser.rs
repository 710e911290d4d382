//! The journeys of `tests/browser`, through the ingress.

use std::path::Path;

use tokio::process::Command;

use crate::shop::Shop;

/// Runs them, and tells each.
///
/// # Panics
/// If one fails, or the packages that they need are not installed.
pub(crate) async fn journeys(shop: &Shop) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packages = root.join(".cache/browser/installed.json");
    assert!(packages.exists(), "there is no {}: `tests/run browser` installs it", packages.display());
    let output = Command::new("node")
        .args(["tests/browser/run.js", "journeys"])
        .current_dir(root)
        .env("SHOPKEEPER_SHOP_URL", shop.url())
        .env("SHOPKEEPER_SHOP_ADDRESS", shop.address.ip().to_string())
        .env("SHOPKEEPER_SHOP_STAFF", shop.staff_file())
        .env("NODE_EXTRA_CA_CERTS", shop.authority())
        .kill_on_drop(true)
        .output();
    let output = output.await.expect("run node");
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let passed = told.lines().filter(|line| line.starts_with("ok: ")).count();
    assert!(passed >= 8, "only {passed} journeys were made");
}
