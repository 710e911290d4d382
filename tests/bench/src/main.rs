//! The benchmark: how fast and how large the parts are, against floors that do only what must be done.
//!
//! It measures and reports; it asserts nothing. In one run, servers have one core and the load has another,
//! floor and part take turns, and the figures are medians of the rounds.

mod arguments;
mod confirm;
mod data;
mod degraded;
mod floor;
mod growth;
mod keys;
mod load;
mod machine;
mod pages;
mod part;
mod rates;
mod sample;
mod server;
mod size;
mod table;
mod whole;

use arguments::{Arguments, Case, Floor};
use clap::Parser;
use machine::Cores;
use part::Bench;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.floor {
        Some(floor) => run_floor(floor),
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(anyhow::Error::from)
            .and_then(|runtime| runtime.block_on(run_until_signal(&arguments))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_floor(floor: Floor) -> anyhow::Result<()> {
    match floor {
        Floor::Route(route) => floor::route::serve(&route),
        Floor::Commits { database, statements, users, group } => {
            floor::commits::run(&database, statements, users, group)
        }
        Floor::Hashes { seconds } => floor::hashes::run(seconds),
    }
}

/// Ctrl-C and SIGTERM end it too, with its processes and its folder.
async fn run_until_signal(arguments: &Arguments) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        result = run(arguments) => result,
        _ = terminate.recv() => anyhow::bail!("told to stop"),
        _ = interrupt.recv() => anyhow::bail!("told to stop"),
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let bench = Bench::prepare(Cores::choose()?)?;
    println!("{}\n", machine::describe()?);
    for case in &arguments.cases() {
        match case {
            Case::Rates => rates::run(&bench, arguments).await?,
            Case::Size => size::run(&bench, arguments).await?,
            Case::Confirm => confirm::run(&bench, arguments).await?,
            Case::Pages => pages::run(&bench, arguments).await?,
            Case::Degraded => degraded::run(&bench, arguments).await?,
            Case::Products => growth::products(&bench, arguments).await?,
            Case::Orders => growth::orders(&bench, arguments).await?,
        }
    }
    Ok(())
}
