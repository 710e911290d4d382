//! The journeys of `tests/browser`, through the ingress.

use std::path::Path;

use tokio::process::Command;
use tokio::sync::Mutex;

use crate::Door;

/// Runs them, and tells each. `staff` is a file with username and password of the first staff account, as JSON.
///
/// # Panics
/// If one fails, or the packages that they need are not installed.
pub async fn journeys(door: &Door, staff: &Path) {
    // One browser at a time: they share a folder for what they leave, and the machine is small.
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packages = root.join(".cache/browser/installed.json");
    assert!(packages.exists(), "there is no {}: `tests/run browser` installs it", packages.display());
    let output = Command::new("node")
        .args(["tests/browser/run.js", "journeys"])
        .current_dir(root)
        .env("SHOPKEEPER_SHOP_URL", door.url())
        .env("SHOPKEEPER_SHOP_ADDRESS", door.address.ip().to_string())
        .env("SHOPKEEPER_SHOP_STAFF", staff)
        .envs(door.authority.as_ref().map(|authority| ("NODE_EXTRA_CA_CERTS", authority)))
        .kill_on_drop(true)
        .output();
    let output = output.await.expect("run node");
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let passed = told.lines().filter(|line| line.starts_with("ok: ")).count();
    assert!(passed >= 8, "only {passed} journeys were made");
}
