//! Starting a part's process and reading what it writes.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::sync::Arc;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::mpsc;

use crate::console::Console;
use crate::kernel;
use crate::part::Part;
use crate::plan::Process;

/// A part's process is gone.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) part: Part,
    /// How, in words: an exit status or a signal.
    pub(crate) how: String,
}

/// Starts the process and says its id. Its lines go to the console, its end to `exits`.
///
/// # Errors
/// The operating system starts no process.
pub(crate) fn spawn(
    process: &Process,
    console: &Arc<Console>,
    exits: mpsc::UnboundedSender<Exit>,
) -> anyhow::Result<u32> {
    let part = process.part;
    // This very program, even if the file that it was started from has been replaced.
    let mut command = std::process::Command::new("/proc/self/exe");
    command.args(["part", part.name()]).args(&process.arguments);
    // Settings of another shop, lying in this terminal's environment, must not reach the part.
    std::env::vars_os().map(|(name, _)| name).filter(is_setting_of_a_part).for_each(|name| {
        command.env_remove(name);
    });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.arg0("shopkeeper");
    // Ctrl-C reaches the whole group of the terminal; only the supervisor is to hear it.
    command.process_group(0);
    kernel::die_with_this_process(&mut command);

    let mut child = tokio::process::Command::from(command)
        .spawn()
        .with_context(|| format!("cannot start the {}", part.noun()))?;
    let pid = child.id().context("a process that was just started has an id")?;
    let output = child.stdout.take().map(|lines| tokio::spawn(read_lines(part, lines, Arc::clone(console))));
    let errors = child.stderr.take().map(|lines| tokio::spawn(read_lines(part, lines, Arc::clone(console))));
    tokio::spawn(async move {
        let how = match child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        // Its last lines come before the news of its end.
        for reader in [output, errors].into_iter().flatten() {
            let _ = reader.await;
        }
        // Nobody listens once the supervisor has gone.
        let _ = exits.send(Exit { part, how });
    });
    Ok(pid)
}

fn is_setting_of_a_part(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(b"SHOPKEEPER_")
}

async fn read_lines(part: Part, source: impl AsyncRead + Unpin, console: Arc<Console>) {
    let mut lines = BufReader::new(source).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        console.log(part, String::from_utf8_lossy(&line).trim_end());
    }
}

/// Waits until the kernel has stopped the process, which it does a moment after SIGSTOP.
pub(crate) async fn until_frozen(pid: u32) {
    while !is_frozen(pid) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

/// The state is the first field after the program's name, which may itself hold spaces and parentheses.
fn is_frozen(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return true };
    stat.rsplit_once(") ").is_none_or(|(_, fields)| fields.starts_with(['T', 't', 'Z', 'X']))
}
