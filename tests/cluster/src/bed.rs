//! The command of the bed: what only it can do to a cluster.

use std::path::{Path, PathBuf};
use std::process::Output;

use tokio::process::Command;

/// One of the beds of this machine.
#[derive(Clone, Debug)]
pub struct Bed {
    number: String,
}

impl Bed {
    /// The bed of the number in `SHOPKEEPER_BED`.
    pub(crate) fn of_environment() -> Self {
        Self { number: std::env::var("SHOPKEEPER_BED").unwrap_or_else(|_| "0".into()) }
    }

    /// Where the configuration of its clients lies.
    pub(crate) async fn kubeconfig(&self) -> PathBuf {
        PathBuf::from(self.run(&["kubeconfig"]).await.trim())
    }

    /// Runs a command of the bed, as in `["cut", "n2"]`, and returns what it prints.
    ///
    /// # Panics
    /// If the command fails, with all that it said.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments).await;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "bed {arguments:?} failed ({}): {}{}",
            output.status,
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    async fn output(&self, arguments: &[&str]) -> Output {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("bed");
        let command = Command::new(&program).args(["--bed", &self.number]).args(arguments).output().await;
        command.unwrap_or_else(|error| panic!("run {}: {error}", program.display()))
    }
}
