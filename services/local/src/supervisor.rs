//! Keeps the parts as they are wanted: carries out what [`Supervised`] decides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot, watch};

use crate::console::Console;
use crate::kernel;
use crate::part::Part;
use crate::plan::Process;
use crate::process::{self, Exit};
use crate::status::State;
use crate::supervised::{Action, Happening, Supervised};

/// Something that a second terminal wants of a part.
pub(crate) struct Wish {
    pub(crate) part: Part,
    pub(crate) happening: Happening,
    /// Answered at once: whether it can be done.
    pub(crate) answer: oneshot::Sender<Result<(), String>>,
}

/// A part as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) process: Process,
    pub(crate) state: State,
    pub(crate) pid: Option<u32>,
    pub(crate) restarts: u32,
}

struct Child {
    process: Process,
    supervised: Supervised,
    pid: Option<u32>,
}

/// The parts' processes.
pub(crate) struct Supervisor {
    children: BTreeMap<Part, Child>,
    console: Arc<Console>,
    exits: (mpsc::UnboundedSender<Exit>, mpsc::UnboundedReceiver<Exit>),
    wishes: mpsc::Receiver<Wish>,
    seen: watch::Sender<Vec<Seen>>,
}

impl Supervisor {
    /// Starts all processes.
    ///
    /// # Errors
    /// The operating system starts no process.
    pub(crate) fn start(
        processes: Vec<Process>,
        console: Arc<Console>,
        wishes: mpsc::Receiver<Wish>,
        seen: watch::Sender<Vec<Seen>>,
    ) -> anyhow::Result<Self> {
        let exits = mpsc::unbounded_channel();
        let mut children = BTreeMap::new();
        for process in processes {
            let pid = Some(process::spawn(&process, &console, exits.0.clone())?);
            children.insert(
                process.part,
                Child { process, supervised: Supervised::started(Instant::now()), pid },
            );
        }
        let supervisor = Self { children, console, exits, wishes, seen };
        supervisor.publish();
        Ok(supervisor)
    }

    /// Handles the next thing that happens; tells of a process that ended. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Exit> {
        let deadline = self.children.values().filter_map(|child| child.supervised.deadline()).min();
        let deadline_passed = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            Some(exit) = self.exits.1.recv() => {
                self.ended(&exit);
                Some(exit)
            }
            Some(wish) = self.wishes.recv() => {
                // The asking terminal may have gone away meanwhile.
                let _ = wish.answer.send(self.handle(wish.part, wish.happening));
                None
            }
            () = deadline_passed => {
                let now = Instant::now();
                let is_due = |child: &Child| child.supervised.deadline().is_some_and(|deadline| deadline <= now);
                let due: Vec<Part> =
                    self.children.iter().filter(|(_, child)| is_due(child)).map(|(part, _)| *part).collect();
                for part in due {
                    let _ = self.handle(part, Happening::DeadlinePassed);
                }
                None
            }
        };
        self.publish();
        ended
    }

    /// Asks every part to end, waits for them, kills those that take too long, and all at once when `hurry` is over.
    pub(crate) async fn stop_all(&mut self, hurry: impl Future<Output = ()>) {
        for part in Part::ALL {
            let _ = self.handle(part, Happening::Stop);
        }
        let mut hurry = std::pin::pin!(hurry);
        while self.children.values().any(|child| child.pid.is_some()) {
            tokio::select! {
                _ = self.next() => {}
                () = &mut hurry => break,
            }
        }
        for pid in self.children.values().filter_map(|child| child.pid) {
            kernel::send(pid, kernel::Signal::Kill);
        }
        while self.children.values().any(|child| child.pid.is_some()) {
            self.next().await;
        }
    }

    fn ended(&mut self, exit: &Exit) {
        if let Some(child) = self.children.get_mut(&exit.part) {
            child.pid = None;
            let _ = child.supervised.on(Happening::Exited, Instant::now());
            if child.supervised.state() == State::Restarting {
                self.console.note(exit.part, &format!("has ended ({}) and will be started again", exit.how));
            }
        }
    }

    fn handle(&mut self, part: Part, happening: Happening) -> Result<(), String> {
        let Some(child) = self.children.get_mut(&part) else {
            return Err(format!("the Shop sets spec.parts.{part}.replicas to 0, so there is no {part}"));
        };
        let actions = child
            .supervised
            .on(happening, Instant::now())
            .map_err(|reason| format!("the {} {reason}", part.noun()))?;
        for action in actions {
            match (action, child.pid) {
                (Action::Send(signal), Some(pid)) => kernel::send(pid, signal),
                (Action::Send(_), None) => {}
                (Action::Spawn, _) => {
                    match process::spawn(&child.process, &self.console, self.exits.0.clone()) {
                        Ok(pid) => child.pid = Some(pid),
                        Err(error) => {
                            let how = format!("{error:#}");
                            let _ = self.exits.0.send(Exit { part, how: how.clone() });
                            return Err(how);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn publish(&self) {
        let seen = self.children.values().map(|child| Seen {
            process: child.process.clone(),
            state: child.supervised.state(),
            pid: child.pid,
            restarts: child.supervised.restarts,
        });
        self.seen.send_replace(seen.collect());
    }
}
