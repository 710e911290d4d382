//! The command of the bed: what only it can do to a cluster.

use std::path::{Path, PathBuf};
use std::process::Output;

use tokio::process::Command;

/// The command.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bed");

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

    /// The bed whose configuration for clients this is, as in `…/cluster/bed3/kubeconfig`.
    pub(crate) fn of_kubeconfig(path: &Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| path == folder.join("kubeconfig"))?;
        let number = folder.file_name()?.to_str()?.strip_prefix("bed")?;
        let of_cache = folder.parent().is_some_and(|cache| cache.ends_with("cluster"));
        (of_cache && number.parse::<u8>().is_ok()).then(|| Self { number: number.into() })
    }

    /// Where the configuration of its clients lies.
    pub(crate) async fn kubeconfig(&self) -> PathBuf {
        PathBuf::from(self.run(&["kubeconfig"]).await.trim())
    }

    /// What a shell runs to give this bed a command.
    pub fn command(&self) -> String {
        format!("{PROGRAM} --bed {}", self.number)
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

    /// Breaks a part of the cluster until the value is mended or dropped: `["cut", "n2"]` with `["mend", "n2"]`.
    ///
    /// # Panics
    /// If it cannot be broken.
    pub async fn breaks(&self, breaking: &[&str], mending: &[&str]) -> Broken {
        let mending = mending.iter().map(ToString::to_string).collect();
        let broken = Broken { bed: self.clone(), mending }; // It may break half.
        self.run(breaking).await;
        broken
    }

    async fn output(&self, arguments: &[&str]) -> Output {
        let command = Command::new(PROGRAM).args(["--bed", &self.number]).args(arguments).output().await;
        command.unwrap_or_else(|error| panic!("run {PROGRAM}: {error}"))
    }
}

/// A part of the cluster that a test took away. It comes back even if the test panics.
#[must_use]
pub struct Broken {
    bed: Bed,
    mending: Vec<String>,
}

impl Broken {
    /// Gives the part back.
    pub fn mend(self) {}
}

impl Drop for Broken {
    fn drop(&mut self) {
        let mut command = std::process::Command::new(PROGRAM);
        let output = command.args(["--bed", &self.bed.number]).args(&self.mending).output();
        let output = output.unwrap_or_else(|error| panic!("run {PROGRAM}: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            println!("bed {:?} failed, the cluster stays broken: {said}", self.mending);
            assert!(std::thread::panicking(), "bed {:?} failed", self.mending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bed_is_known_by_its_kubeconfig() {
        let number = |path: &str| Bed::of_kubeconfig(Path::new(path)).map(|bed| bed.number);
        assert_eq!(number("/shop/.cache/cluster/bed3/kubeconfig").as_deref(), Some("3"));
        assert_eq!(number("/shop/.cache/cluster/bed3/other"), None);
        assert_eq!(number("/shop/.cache/other/bed3/kubeconfig"), None);
        assert_eq!(number("/shop/.cache/cluster/bedrock/kubeconfig"), None);
        assert_eq!(number("/home/ada/.kube/config"), None);
    }
}
