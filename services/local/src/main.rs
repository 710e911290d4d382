//! `shopkeeper`: the whole shop on one machine, and the commands that act on it from a second terminal.
//!
//! Each part is this same program, started again as `shopkeeper part <name> serve …`, so that a part is a
//! process of its own that can be stopped, frozen and killed while the others go on.

mod arguments;
mod client;
mod console;
mod control;
mod folder;
mod kernel;
mod keys;
mod opening;
mod part;
mod plan;
mod postgres;
mod probe;
mod process;
mod sample;
mod sign;
mod status;
mod supervised;
mod supervisor;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use control::Request;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("part") {
        return part::run_in_this_process();
    }
    let arguments = Arguments::parse();
    // One thread: a child dies with the thread that started it, so that thread must be the last to go.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(run(&arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shopkeeper: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let request = match arguments.command {
        None => return opening::open(arguments).await,
        Some(Command::Status { json }) => return client::status(&arguments.data, json).await,
        Some(Command::Stop { part }) => Request::Stop { part },
        Some(Command::Freeze { part }) => Request::Freeze { part },
        Some(Command::Start { part }) => Request::Start { part },
    };
    client::act(&arguments.data, &request).await
}
