//! Reading on after a request was refused. A client that is still sending a large body does not look for an
//! answer, and if the connection closes on it, it never sees one: so the rest is read and thrown away first,
//! within bounds.

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::header,
};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::oneshot;

/// The most that is thrown away, four times the largest body that any route takes; and for how long.
const LONGEST_REST_BYTES: usize = 64 * 1024 * 1024;
const LONGEST_REST: Duration = Duration::from_secs(2);

/// What the handler left of the body.
pub(crate) struct Rest(oneshot::Receiver<Body>);

/// Lends the handler the body; what it does not read comes back. `None` if there is no body, or if the client
/// waits to be asked for it (`Expect: 100-continue`) and so will see the answer anyway.
pub(crate) fn lend(request: Request) -> (Request, Option<Rest>) {
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return (request, None);
    }
    let (back, rest) = oneshot::channel();
    let lend = |body| Body::new(Lent { body: Some(body), back: Some(back) });
    (request.map(lend), Some(Rest(rest)))
}

impl Rest {
    /// Throws away what the handler left. The handler must be done.
    pub(crate) async fn discard(mut self) {
        let Ok(mut body) = self.0.try_recv() else { return };
        let discarded = async {
            let mut left = LONGEST_REST_BYTES;
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(less) = left.checked_sub(length) else { return };
                left = less;
            }
        };
        // In time or not, the answer goes out now.
        let _ = tokio::time::timeout(LONGEST_REST, discarded).await;
    }
}

/// A body that goes back to the edge when it is dropped before its end.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take())
            && !body.is_end_stream()
        {
            // Nobody waits for it once the client has gone away.
            let _ = back.send(body);
        }
    }
}
