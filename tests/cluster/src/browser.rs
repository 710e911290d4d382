//! The suites of `tests/browser`, through the ingress.

use std::path::{Path, PathBuf};
use std::process::Output;

use kit::shop::Part;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::Door;

/// Makes the journeys, and tells each. `staff` is a file with username and password of the first staff account, as JSON.
///
/// # Panics
/// If one fails, or the packages that they need are not installed.
pub async fn journeys(door: &Door, staff: &Path) {
    // One at a time: they share a folder for what they leave, and the machine is small.
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let output = browser(door, staff, "journeys").output().await.expect("run node");
    let passed = passed(&output);
    assert!(passed >= 8, "only {passed} journeys were made");
}

/// Goes through the table of what a shop promises while parts are away. `without` sees to it that the shop is without the
/// parts that it is given, and no others, and returns when that is so.
///
/// # Panics
/// If a row does not hold, or the packages that this needs are not installed.
pub async fn outages(door: &Door, staff: &Path, mut without: impl AsyncFnMut(Vec<Part>)) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let address = listener.local_addr().expect("an address");
    let mut browser = browser(door, staff, "outages");
    browser.env("SHOPKEEPER_SHOP_PARTS", address.to_string());
    // What it leaves is kept apart from what the journeys do, which may run at the same time.
    browser.env("SHOPKEEPER_BROWSER_LEFT", root().join(".cache/browser/left-of-outages"));
    let mut running = std::pin::pin!(browser.output());
    let output = loop {
        tokio::select! {
            output = &mut running => break output.expect("run node"),
            asked = listener.accept() => {
                let mut asking = BufReader::new(asked.expect("take a connection").0);
                without(parts_of(&mut asking).await).await;
                // It may be gone, which is seen by its end.
                let _ = asking.get_mut().write_all(b"done\n").await;
            }
        }
    };
    let passed = passed(&output);
    assert!(passed >= 60, "only {passed} cells of the table were tried");
}

async fn parts_of(asking: &mut BufReader<TcpStream>) -> Vec<Part> {
    let mut line = String::new();
    asking.read_line(&mut line).await.expect("read which parts");
    let part = |name: &str| Part::ALL.into_iter().find(|part| part.name() == name);
    line.split_whitespace().map(|name| part(name).unwrap_or_else(|| panic!("no part {name}"))).collect()
}

/// A suite in the browser, ready to be run.
fn browser(door: &Door, staff: &Path, suite: &str) -> Command {
    let packages = root().join(".cache/browser/installed.json");
    assert!(packages.exists(), "there is no {}: `tests/run browser` installs it", packages.display());
    let mut command = Command::new("node");
    command
        .args(["tests/browser/run.js", suite])
        .current_dir(root())
        .env("SHOPKEEPER_SHOP_URL", door.url())
        .env("SHOPKEEPER_SHOP_ADDRESS", door.address.ip().to_string())
        .env("SHOPKEEPER_SHOP_STAFF", staff)
        .envs(door.authority.as_ref().map(|authority| ("NODE_EXTRA_CA_CERTS", authority)))
        .kill_on_drop(true);
    command
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Prints what it said; how much of it passed.
fn passed(output: &Output) -> usize {
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    told.lines().filter(|line| line.starts_with("ok: ")).count()
}
