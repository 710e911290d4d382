//! The four parts: their names, their ports, and how one is run.

use std::fmt;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// How far internal ports lie above public ones.
const INTERNAL_OFFSET: u16 = 1000;

/// One part of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Storefront,
    User,
    Product,
    Order,
}

impl Part {
    /// All parts in the order of their ports.
    pub(crate) const ALL: [Self; 4] = [Self::Storefront, Self::User, Self::Product, Self::Order];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
        }
    }

    /// How a sentence speaks of it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::User => "user service",
            Self::Product => "product service",
            Self::Order => "order service",
        }
    }

    /// Whether the part keeps data of its own.
    pub(crate) fn has_database(self) -> bool {
        self != Self::Storefront
    }

    pub(crate) fn public_port(self, shop_port: u16) -> u16 {
        shop_port + self as u16
    }

    pub(crate) fn internal_port(self, shop_port: u16) -> u16 {
        self.public_port(shop_port) + INTERNAL_OFFSET
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// `shopkeeper part <name> …`, which only the supervisor and somebody who looks closely types.
#[derive(Parser)]
#[command(name = "shopkeeper part")]
struct PartProcess {
    #[command(subcommand)]
    part: PartCommand,
}

#[derive(Subcommand)]
enum PartCommand {
    /// The storefront
    #[command(subcommand)]
    Storefront(storefront::Command),
    /// The user service
    #[command(subcommand)]
    User(user::Command),
    /// The product service
    #[command(subcommand)]
    Product(product::Command),
    /// The order service
    #[command(subcommand)]
    Order(order::Command),
}

/// Becomes the part that the command line names.
pub(crate) fn run_in_this_process() -> ExitCode {
    match PartProcess::parse_from(std::env::args_os().skip(1)).part {
        PartCommand::Storefront(command) => storefront::run(command),
        PartCommand::User(command) => user::run(command),
        PartCommand::Product(command) => product::run(command),
        PartCommand::Order(command) => order::run(command),
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn ports_follow_the_shops_port() {
        let ports = Part::ALL.map(|part| (part.name(), part.public_port(8080), part.internal_port(8080)));
        assert_eq!(
            ports,
            [
                ("storefront", 8080, 9080),
                ("user", 8081, 9081),
                ("product", 8082, 9082),
                ("order", 8083, 9083)
            ]
        );
    }
}
