//! Opens the shop: prepares the data folder, starts the parts, and stays until Ctrl-C.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use shop::Shop;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::arguments::Arguments;
use crate::console::Console;
use crate::control::{self, Desk};
use crate::folder::{Folder, write_private};
use crate::keys;
use crate::plan::{self, Options, Process};
use crate::process::Exit;
use crate::sample::{self, Catalogue};
use crate::status::Status;
use crate::supervisor::Supervisor;
use crate::{kernel, postgres, probe, sign};

/// Runs the shop until it is asked to stop.
///
/// # Errors
/// What keeps it from opening, with the remedy.
pub(crate) async fn open(arguments: &Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut interrupts = Interrupts::listen()?;
    kernel::keep_new_files_private();
    let (shop, catalogue) = sample::choose(arguments.shop.as_deref(), arguments.catalogue.as_deref())?;
    let folder = Folder::make(&arguments.data)?;
    let _lock = folder.lock()?;
    let login = keys::provide(&folder)?;
    let processes = plan::plan(
        &shop,
        &Options {
            folder: &folder,
            port: arguments.port,
            catalogue: catalogue_file(&folder, catalogue)?,
            postgres: arguments.postgres.is_some(),
            log_level: &arguments.log_level,
            log_format: arguments.log_format,
        },
    );
    if processes.is_empty() {
        bail!("this Shop sets replicas: 0 for every part: there is nothing to run");
    }
    check_ports(&processes)?;
    if let Some(server) = &arguments.postgres {
        postgres::provide(server, plan::shop_name(&shop), &folder).await?;
    }

    let console = Arc::new(Console::standard());
    announce(&console, &shop, &folder, arguments.postgres.is_some());
    let (wishes, wished) = mpsc::channel(16);
    let (seen_sender, seen) = watch::channel(Vec::new());
    let status = facts(&shop, &folder, arguments.port);
    let desk = Desk { wishes, seen, shop: status.clone() };
    let control = tokio::spawn(control::serve(control::listen(folder.root())?, desk));
    let mut supervisor = Supervisor::start(processes.clone(), Arc::clone(&console), wished, seen_sender)?;

    let outcome = tokio::select! {
        outcome = become_ready(&mut supervisor, &processes, &console) => outcome,
        () = interrupts.next() => Err(anyhow!("stopped before it was open")),
    };
    if outcome.is_ok() {
        console.say(sign::text(&console, &status, &login, &arguments.data, began.elapsed()));
        console.show_logs();
        loop {
            tokio::select! {
                _ = supervisor.next() => {}
                () = interrupts.next() => break,
            }
        }
        console.say("\nClosing: every part finishes what it took. Ctrl-C again ends them at once.");
    }
    supervisor.stop_all(interrupts.next()).await;
    control.abort();
    outcome
}

/// Waits until every part is ready, with a line for each, in the order of the ports.
async fn become_ready(
    supervisor: &mut Supervisor,
    processes: &[Process],
    console: &Console,
) -> anyhow::Result<()> {
    let mut waiting: FuturesOrdered<_> = processes
        .iter()
        .map(|process| async move { (process.part, probe::until_ready(process.internal_port).await) })
        .collect();
    loop {
        tokio::select! {
            next = waiting.next() => match next {
                None => return Ok(()),
                Some((part, Ok(took))) => {
                    console.say(format_args!("  {} ready after {:.2} s", console.name(part), took.as_secs_f64()));
                }
                Some((part, Err(reason))) => bail!(
                    "the {} is not ready after {} s: {reason}; its last lines:{}",
                    part.noun(),
                    probe::READY_WITHIN.as_secs(),
                    console.last_lines(part)
                ),
            },
            ended = supervisor.next() => if let Some(Exit { part, how }) = ended {
                bail!("the {} ended before it was ready ({how}); its last lines:{}", part.noun(), console.last_lines(part));
            },
        }
    }
}

fn catalogue_file(folder: &Folder, catalogue: Catalogue) -> anyhow::Result<Option<PathBuf>> {
    match catalogue {
        Catalogue::Empty => Ok(None),
        Catalogue::File(file) => Ok(Some(file)),
        Catalogue::Sample(text) => {
            write_private(&folder.catalogue(), text)?;
            Ok(Some(folder.catalogue()))
        }
    }
}

/// A taken port is best told before anything has started.
fn check_ports(processes: &[Process]) -> anyhow::Result<()> {
    for process in processes {
        for (port, purpose) in [(process.public_port, ""), (process.internal_port, "'s health and metrics")] {
            TcpListener::bind(("127.0.0.1", port)).with_context(|| {
                let noun = process.part.noun();
                format!("port {port} of the {noun}{purpose} cannot be had: stop what uses it, or choose others with --port")
            })?;
        }
    }
    Ok(())
}

fn facts(shop: &Shop, folder: &Folder, port: u16) -> Status {
    Status {
        shop: plan::shop_name(shop).to_owned(),
        title: shop.spec.title.clone(),
        url: format!("http://127.0.0.1:{port}"),
        data: folder.root().display().to_string(),
        pid: std::process::id(),
        parts: Vec::new(),
    }
}

fn announce(console: &Console, shop: &Shop, folder: &Folder, postgres: bool) {
    console.say(format_args!(
        "{} is opening, with its data in {}",
        console.bold(&shop.spec.title),
        folder.root().display()
    ));
    if shop.spec.database.sqlite.is_none() && !postgres {
        console.say(
            "  spec.database asks for PostgreSQL; without --postgres URL the data lies in SQLite files here",
        );
    }
}

/// Ctrl-C, SIGTERM and the end of the terminal, which mean the same here.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Interrupts {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
