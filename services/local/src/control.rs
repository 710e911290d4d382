//! Takes commands from a second terminal: one line of JSON asks, one answers, over a socket in the data folder.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};

use crate::folder;
use crate::part::Part;
use crate::probe;
use crate::process;
use crate::status::{PartStatus, State, Status};
use crate::supervised::Happening;
use crate::supervisor::{Seen, Wish};

/// What a second terminal asks.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Request {
    Stop { part: Part },
    Freeze { part: Part },
    Start { part: Part },
    Status,
}

/// What it is told, when what it asked for has come true.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    Done(String),
    Failed(String),
    Status(Status),
}

/// What answers are made of.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) wishes: mpsc::Sender<Wish>,
    pub(crate) seen: watch::Receiver<Vec<Seen>>,
    /// The status without its parts.
    pub(crate) shop: Status,
}

/// Opens the socket. The caller holds the folder's lock, so one that lies there is a dead shop's.
///
/// # Errors
/// The socket cannot be made, for example because the path is longer than a socket's may be.
pub(crate) fn listen(data: &Path) -> anyhow::Result<UnixListener> {
    let path = folder::socket(data);
    let _ = std::fs::remove_file(&path);
    UnixListener::bind(&path).with_context(|| {
        format!("cannot open {} for commands: choose a --data folder with a shorter path", path.display())
    })
}

/// Answers until the task is dropped.
pub(crate) async fn serve(listener: UnixListener, desk: Desk) {
    while let Ok((stream, _)) = listener.accept().await {
        let desk = desk.clone();
        // An asker that goes away in the middle needs no answer.
        tokio::spawn(async move { desk.converse(stream).await.ok() });
    }
}

impl Desk {
    async fn converse(mut self, mut stream: UnixStream) -> anyhow::Result<()> {
        let (reader, mut writer) = stream.split();
        let mut line = String::new();
        BufReader::new(reader).read_line(&mut line).await?;
        let answer = match serde_json::from_str(&line) {
            Ok(request) => self.answer(request).await.unwrap_or_else(Answer::Failed),
            Err(error) => Answer::Failed(format!("this is no command: {error}")),
        };
        writer.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await?;
        Ok(())
    }

    async fn answer(&mut self, request: Request) -> Result<Answer, String> {
        match request {
            Request::Status => Ok(Answer::Status(self.status().await)),
            Request::Stop { part } => {
                self.wish(part, Happening::Stop).await?;
                self.until(part, |seen| seen.state == State::Stopped).await?;
                Ok(Answer::Done(format!("the {} is stopped; bring it back with: start {part}", part.noun())))
            }
            Request::Freeze { part } => {
                self.wish(part, Happening::Freeze).await?;
                if let Some(pid) = self.until(part, |_| true).await?.pid {
                    process::until_frozen(pid).await;
                }
                Ok(Answer::Done(format!("the {} is frozen; thaw it with: start {part}", part.noun())))
            }
            Request::Start { part } => {
                self.wish(part, Happening::Start).await?;
                let seen = self.until(part, |_| true).await?;
                let took = probe::until_ready(seen.process.internal_port).await.map_err(|reason| {
                    let deadline = probe::READY_WITHIN.as_secs();
                    format!(
                        "the {part} service is not ready after {deadline} s: {reason}; its log tells more"
                    )
                })?;
                Ok(Answer::Done(format!("the {} is ready after {:.2} s", part.noun(), took.as_secs_f64())))
            }
        }
    }

    async fn wish(&self, part: Part, happening: Happening) -> Result<(), String> {
        let (answer, answered) = oneshot::channel();
        let stopping = || "the shop is stopping".to_owned();
        self.wishes.send(Wish { part, happening, answer }).await.map_err(|_| stopping())?;
        answered.await.map_err(|_| stopping())?
    }

    async fn until(&mut self, part: Part, condition: impl Fn(&Seen) -> bool) -> Result<Seen, String> {
        let matches = |all: &Vec<Seen>| all.iter().any(|seen| seen.process.part == part && condition(seen));
        let all = self.seen.wait_for(matches).await.map_err(|_| "the shop is stopping".to_owned())?;
        let found = all.iter().find(|seen| seen.process.part == part).cloned();
        found.ok_or_else(|| format!("there is no {part}"))
    }

    async fn status(&self) -> Status {
        let all = self.seen.borrow().clone();
        let ready =
            futures::future::join_all(all.iter().map(|seen| probe::ready(seen.process.internal_port))).await;
        let parts = all.into_iter().zip(ready).map(|(seen, ready)| PartStatus {
            name: seen.process.part,
            state: seen.state,
            ready: ready.is_ok(),
            pid: seen.pid,
            url: seen.process.url(),
            internal_url: seen.process.internal_url(),
            restarts: seen.restarts,
        });
        Status { parts: parts.collect(), ..self.shop.clone() }
    }
}
