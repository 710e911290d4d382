//! An import under way: a task that works, and a page that arrives as it does.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use askama::Template as _;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chassis::{problem::ApiError, trace};
use client::{CallError, Caller, ProductService};
use contract::product::Imported;
use futures::{StreamExt as _, stream};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::kept::Kept;
use crate::texts::staff as text;
use crate::views::FormErrors;
use crate::views::staff::{ImportForm, ImportRunningPage, Step};
use crate::visit::Visit;

/// How often the page says that it is still at it.
const TICK: Duration = Duration::from_secs(1);

/// More than an import takes in ticks: nothing waits for a reader who does not read.
const STEPS: usize = 512;

/// Begins the import and the page about it.
pub(super) fn start(
    visit: &mut Visit,
    kept: Kept,
    owner: i64,
    id: Uuid,
    file: Bytes,
    pasted: String,
) -> Response {
    let view = ImportRunningPage { page: visit.page(text::import::TITLE) };
    let (before, after) = match view.halves() {
        Ok(halves) => halves,
        Err(error) => return ApiError::internal(error).into_response(),
    };
    let (told, telling) = mpsc::channel(STEPS);
    let caller = visit.caller();
    let import = Import {
        products: visit.shop.peers.product.clone(),
        token: caller.token.unwrap_or_default().to_owned(),
        client_address: caller.client_address,
        kept,
        owner,
        id,
        file,
        pasted,
        told,
    };
    let cause = trace::traceparent();
    tokio::spawn(async move { trace::continued(cause.as_deref(), import.run()).await });

    let steps = stream::unfold(telling, |mut telling| async move {
        let step: Step = telling.recv().await?;
        Some((step.render().unwrap_or_default(), telling))
    });
    let pieces = stream::once(async { before }).chain(steps).chain(stream::once(async { after }));
    let body = Body::from_stream(pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece))));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        // Proxies that know this header pass the pieces on as they come.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    visit.answer((StatusCode::OK, headers, body).into_response())
}

/// How many lines a file has, as an editor counts them: the last one need not be ended.
fn lines(file: &[u8]) -> usize {
    let ends = file.iter().filter(|byte| **byte == b'\n').count();
    ends + usize::from(file.last().is_some_and(|byte| *byte != b'\n'))
}

struct Import {
    products: ProductService,
    token: String,
    client_address: Option<std::net::IpAddr>,
    kept: Kept,
    owner: i64,
    id: Uuid,
    file: Bytes,
    pasted: String,
    told: mpsc::Sender<Step>,
}

impl Import {
    /// Checks, then writes. What is told to nobody is told in vain, and the work goes on.
    async fn run(self) {
        self.tell(Step::Read { lines: lines(&self.file), bytes: self.file.len() });
        self.tell(Step::Checking);
        match self.telling_time(self.send(true)).await {
            Ok(Imported { created, updated, unchanged, .. }) => {
                self.tell(Step::Checked { created, updated, unchanged });
            }
            Err(error) => return self.stop(error, text::import::UNAVAILABLE),
        }
        self.tell(Step::Writing);
        match self.telling_time(self.send(false)).await {
            Ok(Imported { created, updated, unchanged, .. }) => {
                self.kept.forget(self.owner);
                self.tell(Step::Done { created, updated, unchanged });
            }
            Err(error) => {
                let is_lost = matches!(&error, CallError::Unavailable(silent) if silent.may_have_happened);
                self.stop(error, if is_lost { text::import::LOST } else { text::import::UNAVAILABLE });
            }
        }
    }

    async fn send(&self, dry_run: bool) -> Result<Imported, CallError> {
        let caller = Caller { client_address: self.client_address, ..Caller::with_token(&self.token) };
        self.products.import(caller, self.file.clone(), dry_run).await
    }

    /// Does the work, and says every second that it goes on.
    async fn telling_time<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut seconds = 0;
        loop {
            match tokio::time::timeout(TICK, &mut work).await {
                Ok(done) => return done,
                Err(_elapsed) => {
                    seconds += 1;
                    self.tell(Step::Waiting { seconds });
                }
            }
        }
    }

    /// The last word: what is wrong with the file, or why it is not known what became of it.
    fn stop(&self, error: CallError, silence: &str) {
        let form = |errors| ImportForm { pasted: self.pasted.clone(), errors, disabled: None };
        let field = if self.pasted.is_empty() { "file" } else { "text" };
        let step = match error {
            CallError::Refused(refused) => match refused.csv_errors() {
                mistakes if mistakes.is_empty() => Step::Stopped {
                    sentence: refused.problem.message.clone(),
                    kept: None,
                    form: form(FormErrors::none()),
                },
                mistakes => {
                    Step::Wrong { mistakes, form: form(FormErrors::at(field, text::import::MISTAKES)) }
                }
            },
            CallError::Unavailable(_) => Step::Stopped {
                sentence: silence.to_owned(),
                kept: Some(self.id),
                form: form(FormErrors::none()),
            },
        };
        self.tell(step);
    }

    fn tell(&self, step: Step) {
        // Full, if the reader does not read; closed, if there is none any more.
        let _ = self.told.try_send(step);
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for (file, expected) in [("", 0), ("a", 1), ("a\n", 1), ("a\r\nb", 2), ("\n\n", 2)] {
            assert_eq!(lines(file.as_bytes()), expected, "{file:?}");
        }
    }
}
