//! The machine: which cores there are, who runs on which, and what it is called.

use anyhow::{Context, ensure};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The core of the servers and that of the load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    server: usize,
    load: usize,
}

impl Cores {
    /// Chooses two cores and moves this thread to that of the load.
    ///
    /// # Errors
    /// There are fewer than two.
    pub(crate) fn choose() -> anyhow::Result<Self> {
        let allowed = sched_getaffinity(None).context("cannot ask for the cores")?;
        let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
        ensure!(cores.len() >= 2, "two cores are needed: one for the server, one for the load");
        let chosen = Self { server: cores[1], load: cores[0] };
        pin(chosen.load)?;
        Ok(chosen)
    }

    /// Does `start` on the servers' core; a process that it starts stays there.
    ///
    /// # Errors
    /// This thread may not move, or `start` failed.
    pub(crate) fn on_server_core<T>(self, start: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        pin(self.server)?;
        let started = start();
        pin(self.load)?;
        started
    }
}

fn pin(core: usize) -> anyhow::Result<()> {
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).with_context(|| format!("cannot move to core {core}"))
}

/// One line that says what the figures were measured on.
///
/// # Errors
/// The system does not say.
pub(crate) fn describe() -> anyhow::Result<String> {
    let cpus = read("/proc/cpuinfo")?;
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, model)| model.trim());
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = read("/proc/sys/kernel/osrelease")?;
    Ok(format!("Machine: {cores} cores, {model}, Linux {}", kernel.trim()))
}

/// Reads a file of `/proc` whole.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(path: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}
