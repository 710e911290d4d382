//! Signals to processes that a test started, always by id.

use rustix::process::{Pid, Signal, kill_process};

/// Sends a signal. A process that is gone already is as good as one that obeyed.
pub(crate) fn signal(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id is a positive i32");
    let _ = kill_process(id, signal);
}
