//! Processes that a test started, always by id.

use rustix::process::{Pid, Signal, kill_process};

/// Sends a signal. A process that is gone already is as good as one that obeyed.
pub(crate) fn signal(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id is a positive i32");
    let _ = kill_process(id, signal);
}

/// The processes that a process has started, whichever thread of it did.
pub(crate) fn children(id: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}
