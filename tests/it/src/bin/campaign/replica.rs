//! One process of one service: started, killed, frozen, and how many requests it owes an answer.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

/// A replica of a service. Its addresses stay the same from one process to the next.
pub(crate) struct Replica {
    pub(crate) name: String,
    /// `http://` and the address of the public port.
    pub(crate) public: String,
    /// `http://` and the address of the internal port.
    pub(crate) internal: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) log: PathBuf,
    process: Mutex<Option<Child>>,
    in_flight: AtomicUsize,
    has_answered: AtomicBool,
    /// Held by the fault that is striking, so that no other strikes the same replica.
    pub(crate) struck: tokio::sync::Mutex<()>,
}

/// A request that a replica has not answered yet.
pub(crate) struct InFlight<'a> {
    replica: &'a Replica,
}

impl Replica {
    pub(crate) fn new(
        name: String,
        [public, internal]: [u16; 2],
        program: PathBuf,
        arguments: Vec<String>,
        log: PathBuf,
    ) -> Self {
        let [public, internal] = [public, internal].map(|port| format!("http://127.0.0.1:{port}"));
        Self {
            name,
            public,
            internal,
            program,
            arguments,
            log,
            process: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            has_answered: AtomicBool::new(false),
            struck: tokio::sync::Mutex::default(),
        }
    }

    /// Starts a process; it ends with this one, however this one ends.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        self.has_answered.store(false, Ordering::SeqCst);
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(&self.program).args(&self.arguments);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        *self.process() = Some(child);
        Ok(())
    }

    /// SIGKILL. Returns how many requests were under way at that moment.
    pub(crate) fn kill(&self) -> usize {
        let Some(mut child) = self.process().take() else { return 0 };
        let cut_off = self.requests_in_flight();
        let _ = child.kill();
        let _ = child.wait();
        cut_off
    }

    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// How the process ended, if it did so without being killed by us.
    pub(crate) fn ended_by_itself(&self) -> Option<ExitStatus> {
        self.process().as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    /// Requests that this process has taken and not answered. Those to a process that has answered nothing yet
    /// do not count: they may be waiting for its port to open.
    pub(crate) fn requests_in_flight(&self) -> usize {
        if self.has_answered.load(Ordering::SeqCst) { self.in_flight.load(Ordering::SeqCst) } else { 0 }
    }

    /// Counts a request as under way until the returned value is dropped.
    pub(crate) fn asked(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight { replica: self }
    }

    /// The end of what the processes have printed.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    fn signal(&self, signal: Signal) {
        let process = self.process();
        let id = process.as_ref().and_then(|child| i32::try_from(child.id()).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process(id, signal);
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight<'_> {
    /// An answer came.
    pub(crate) fn answered(self) {
        self.replica.has_answered.store(true, Ordering::SeqCst);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.replica.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}
