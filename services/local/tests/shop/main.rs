//! The whole shop as somebody at a terminal meets it: the real program, its real parts.

mod closing;
mod commands;
mod data;
mod refusals;

use std::time::Duration;

/// For what happens within moments, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(30);

/// The program under test, without arguments.
fn shopkeeper() -> std::process::Command {
    std::process::Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
}

/// Whether a process is there and not just waiting to be collected.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, fields)| !fields.starts_with(['Z', 'X']))
}
