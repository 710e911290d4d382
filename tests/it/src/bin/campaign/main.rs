//! The kill campaign: real processes, real customers, and a plan of kills, freezes and bad deliveries that
//! comes from one number. In the end everything that was acknowledged must be there, once.
//!
//! The plan and every choice of every shopper come from the seed; what the scheduler makes of them does not,
//! so a replay is the same campaign in all but the finest timing.

mod arguments;
mod catalogue;
mod delivery;
mod evidence;
mod faults;
mod feeds;
mod keys;
mod last_unit;
mod part;
mod plan;
mod proxy;
mod record;
mod replica;
mod run;
mod service;
mod shop;
mod shopper;
mod staff;
mod stock;
mod verdict;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use arguments::Arguments;

/// Faults of each lane that `--plan` prints.
const PRINTED_FAULTS: usize = 60;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed();
    if arguments.plan {
        for lane in 0..plan::LANES {
            println!("lane {}", lane + 1);
            plan::faults(seed, lane, arguments.engine.replicas())
                .take(PRINTED_FAULTS)
                .for_each(|fault| println!("  {fault}"));
        }
        return ExitCode::SUCCESS;
    }
    println!("campaign with seed {seed}: {:?}, {:?}", arguments.engine, arguments.size());
    let started = Instant::now();
    let limit = arguments.time_limit();
    let outcome = match tokio::time::timeout(limit, run::campaign(&arguments, seed)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(anyhow::anyhow!("it was not through within {} s", limit.as_secs())),
    };
    let seconds = started.elapsed().as_secs();
    match outcome {
        Ok(summary) => {
            println!("campaign passed: {summary}, {seconds} s, seed {seed}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("campaign failed: {error:#}; {seconds} s, seed {seed}");
            ExitCode::FAILURE
        }
    }
}
