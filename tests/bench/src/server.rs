//! A server process on the servers' core: started, watched through `/proc`, and ended.

use crate::{
    load::{self, Connection, Until},
    machine::{self, Cores},
    sample::Sample,
};
use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Ticks per second of the times in `/proc/<pid>/stat`: part of Linux's interface to programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// How long a server may take to be ready, and how often it is asked.
const READY_WITHIN: Duration = Duration::from_secs(60);
const ASKED_EVERY: Duration = Duration::from_micros(200);

/// A process that serves until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first answer on `ready`.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts a server and waits until a GET of `ready` answers 200. What it logs is thrown away.
    ///
    /// # Errors
    /// It ends, or is not ready in time.
    pub(crate) async fn start(
        cores: Cores,
        mut command: Command,
        address: SocketAddr,
        ready: (SocketAddr, &str),
    ) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let began = Instant::now();
        let child = cores.on_server_core(|| command.spawn().context("cannot start a server"))?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        let request = load::get(ready.1, "");
        while !is_ready(ready.0, &request).await {
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended ({status})");
            }
            if began.elapsed() > READY_WITHIN {
                bail!("{command:?} was not ready in time");
            }
            tokio::time::sleep(ASKED_EVERY).await;
        }
        server.ready_after = began.elapsed();
        Ok(server)
    }

    /// Puts load on the server and tells what was seen.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(crate) async fn measure(
        &self,
        requests: Vec<Vec<u8>>,
        connections: usize,
        until: Until,
    ) -> anyhow::Result<Sample> {
        let cpu_before = self.cpu_seconds()?;
        let seen = load::run(self.address, requests, connections, until).await?;
        Ok(Sample::of(seen.latencies_us, seen.seconds, self.cpu_seconds()? - cpu_before))
    }

    /// The CPU time that the process has used.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        cpu_seconds(&self.child.id().to_string())
    }

    /// Memory of the process in bytes: all that is resident, and the part that is no file's.
    ///
    /// # Errors
    /// The process is gone.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<(f64, f64)> {
        let status = machine::read(&format!("/proc/{}/status", self.child.id()))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).context("no memory")
        };
        Ok((kib("VmRSS:")? * 1024.0, kib("RssAnon:")? * 1024.0))
    }

    /// Asks the server to end and waits for it.
    ///
    /// # Errors
    /// The process cannot be waited for.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }

    /// Makes the process hang: its port stays open, and nobody answers.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn freeze(&self) -> anyhow::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a frozen process go on.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn thaw(&self) -> anyhow::Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id =
            i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process has an id")?;
        Ok(kill_process(id, signal)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn is_ready(address: SocketAddr, request: &[u8]) -> bool {
    match Connection::open(address).await {
        Ok(mut connection) => connection.exchange(request).await.is_ok(),
        Err(_) => false,
    }
}

/// The CPU time that a process (`self` for this one) has used.
///
/// # Errors
/// It is gone.
pub(crate) fn cpu_seconds(process: &str) -> anyhow::Result<f64> {
    let stat = machine::read(&format!("/proc/{process}/stat"))?;
    // The fields after the name, which is in parentheses and may hold anything.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).context("a stat has a name")?;
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / TICKS_PER_SECOND)
}
