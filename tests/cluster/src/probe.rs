//! Asking from inside of a pod.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::AttachParams;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Where the program is in its image.
const PROGRAM: &str = "/bin/probe";

/// A pod of the probe's image. Each question is a process of its own in it.
#[derive(Clone)]
pub struct Probe {
    pods: Api<Pod>,
    pod: String,
}

/// What a probe said.
#[derive(Debug)]
pub struct Said {
    pub succeeded: bool,
    pub output: String,
    pub errors: String,
}

impl Probe {
    pub(crate) fn new(pods: Api<Pod>, pod: &str) -> Self {
        Self { pods, pod: pod.into() }
    }

    /// Where the API server has its pod.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.pods.resource_url(), self.pod)
    }

    /// The name of its pod.
    pub fn pod(&self) -> &str {
        &self.pod
    }

    /// Runs the probe with these words, as in `["get", "http://web"]`.
    ///
    /// # Errors
    /// If it could not be run at all: the pod or its node is gone, or the control plane.
    pub async fn ask(&self, words: &[&str]) -> Result<Said, kube::Error> {
        let command = std::iter::once(PROGRAM).chain(words.iter().copied()).collect::<Vec<_>>();
        let streams = AttachParams::default().stdin(false).container("probe");
        let mut process = self.pods.exec(&self.pod, command, &streams).await?;
        let status = process.take_status().expect("asked once");
        let (output, errors) = (process.stdout(), process.stderr());
        let (output, errors, status) = tokio::join!(text(output), text(errors), status);
        let succeeded = status.is_some_and(|status| status.status.as_deref() == Some("Success"));
        Ok(Said { succeeded, output, errors })
    }

    /// As [`ask`](Self::ask), for what must succeed; returns what the probe printed.
    ///
    /// # Panics
    /// If the probe failed or could not be run.
    pub async fn says(&self, words: &[&str]) -> String {
        let said =
            self.ask(words).await.unwrap_or_else(|error| panic!("run {words:?} in {}: {error}", self.pod));
        assert!(said.succeeded, "{words:?} in {} failed: {}{}", self.pod, said.output, said.errors);
        said.output
    }

    /// Which of these addresses (`HOST:PORT`) answer: in their order, true for those that do. `how` is `tcp` or `udp`.
    ///
    /// # Panics
    /// If the probe could not be run.
    pub async fn opens(&self, how: &str, within: &str, addresses: &[String]) -> Vec<bool> {
        let addresses = addresses.iter().map(String::as_str);
        let words = [how, "--within", within].into_iter().chain(addresses.clone()).collect::<Vec<_>>();
        let said =
            self.ask(&words).await.unwrap_or_else(|error| panic!("run {words:?} in {}: {error}", self.pod));
        let lines =
            said.output.lines().filter(|line| line.starts_with("open ") || line.starts_with("closed "));
        let open = lines.map(|line| line.starts_with("open ")).collect::<Vec<_>>();
        assert_eq!(open.len(), addresses.len(), "{words:?} in {} said {said:?}", self.pod);
        open
    }
}

async fn text(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // A stream that breaks has said what it said; whether the process succeeded is told elsewhere.
        let _ = stream.read_to_end(&mut bytes).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
