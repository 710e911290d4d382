//! What happens to every request around its handler, in one layer: trace, limits, panics, problems,
//! metrics and the log line.

use crate::{
    address::{self, ClientAddress},
    error_pages::{ErrorPages, FailedRequest},
    identity::Verifier,
    linger,
    metrics::{Metrics, Usual, method_label},
    problem::{self, ApiError, Kind},
    rate_limit::RateLimiter,
    secret::{PROBE_HEADER, ShopSecret},
    telemetry::{otlp, request},
    trace::{self, Spent, TraceContext},
};
use axum::{
    body::HttpBody as _,
    extract::{MatchedPath, Request},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::{FutureExt, future::BoxFuture};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::time::{error::Elapsed, timeout};
use tower::{Layer, Service};

/// The most bytes that the names and values of all headers may have together.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// When a client should come back after a time-out.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Status in metrics and logs of a request whose client went away.
const CLIENT_WENT_AWAY: u16 = 499;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// What the edge of one port does.
pub(crate) struct Settings {
    pub(crate) metrics: Metrics,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) secret: ShopSecret,
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// By client address; none on the internal port.
    pub(crate) limiter: Option<RateLimiter<IpAddr>>,
    pub(crate) request_timeout: Duration,
    /// How errors are shown to people, if this port serves any.
    pub(crate) error_pages: Option<Arc<dyn ErrorPages>>,
    /// Whether requests are counted and logged, as on the public port.
    pub(crate) is_observed: bool,
}

/// What is known of a request from its arrival on: one entry among what goes along with it, since every further
/// one costs time.
#[derive(Clone)]
pub(crate) struct Arrival {
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    /// None until the edge has taken it in.
    pub(crate) admitted: Option<Admitted>,
}

/// What the edge tells the extractors of a request.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) client: ClientAddress,
    pub(crate) verifier: Arc<Verifier>,
    /// None if the request has no body.
    pub(crate) body: Option<BodyProgress>,
}

impl Admitted {
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arrival>().and_then(|arrival| arrival.admitted.as_ref())
    }
}

/// What the reader of a body tells the edge.
#[derive(Clone, Default)]
pub(crate) struct BodyProgress(Arc<Reading>);

#[derive(Default)]
struct Reading {
    /// The body is still being waited for: tells a slow client from a slow handler.
    is_waiting: AtomicBool,
    /// How long the request may take, if longer than others.
    limit: OnceLock<Duration>,
}

impl BodyProgress {
    pub(crate) fn set_waiting(&self, waiting: bool) {
        self.0.is_waiting.store(waiting, Ordering::Relaxed);
    }

    /// The request may take that long, from its arrival on.
    pub(crate) fn allow(&self, limit: Duration) {
        let _ = self.0.limit.set(limit);
    }

    fn is_waiting(&self) -> bool {
        self.0.is_waiting.load(Ordering::Relaxed)
    }

    fn limit(&self) -> Option<Duration> {
        self.0.limit.get().copied()
    }
}

#[derive(Clone)]
pub(crate) struct EdgeLayer(pub(crate) Arc<Settings>);

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge { inner, settings: Arc::clone(&self.0), usual: Arc::default() }
    }
}

#[derive(Clone)]
pub(crate) struct Edge<S> {
    inner: S,
    settings: Arc<Settings>,
    usual: Arc<Usual>,
}

impl<S> Service<Request> for Edge<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let mut seen = Seen::of(&request, &self.settings, &self.usual);
        let nowhere = || Arrival { peer: IpAddr::V4(Ipv4Addr::UNSPECIFIED), admitted: None };
        let peer =
            request.extensions().get::<Arrival>().map_or_else(|| nowhere().peer, |arrival| arrival.peer);
        let admitted = match self.settings.admit(&request, peer) {
            Ok(admitted) => admitted,
            Err(refusal) => return Box::pin(async move { Ok(seen.answer(refusal.into_response())) }),
        };
        let progress = admitted.body.clone();
        request.extensions_mut().get_or_insert_with(nowhere).admitted = Some(admitted);
        let (request, rest) = linger::lend(request);
        let handled = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        let bounded = bounded(handled, self.settings.request_timeout, progress.clone());
        Box::pin(async move {
            let response = match trace::measured(seen.context, &mut seen.spent, bounded).await {
                Ok(Ok(Ok(response))) => response,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_panic)) => {
                    tracing::error!("a handler panicked");
                    ApiError::new(Kind::Internal, "Something went wrong here; the trace id helps to find out")
                        .into_response()
                }
                Err(_elapsed) if progress.is_some_and(|progress| progress.is_waiting()) => {
                    ApiError::new(Kind::RequestTimeout, "The body did not arrive in time").into_response()
                }
                Err(_elapsed) => ApiError::unavailable(RETRY_AFTER).into_response(),
            };
            // A body that was too slow already is not waited for again.
            let is_slow = response.status() == StatusCode::REQUEST_TIMEOUT;
            if let Some(rest) = rest.filter(|_| !is_slow) {
                rest.discard().await;
            }
            Ok(seen.answer(response))
        })
    }
}

impl Settings {
    /// Takes the request in, or says why not.
    fn admit(&self, request: &Request, peer: IpAddr) -> Result<Admitted, ApiError> {
        if header_bytes(request.headers()) > MAX_HEADER_BYTES {
            let message = format!("The headers may have at most {MAX_HEADER_BYTES} bytes");
            return Err(ApiError::new(Kind::HeadersTooLarge, message));
        }
        let is_part = self.secret.is_shown_by(request.headers());
        let client = address::resolve(peer, request.headers(), &self.trusted_proxies, is_part);
        if let (Some(limiter), false) = (&self.limiter, is_part) {
            limiter.check(client.limit_key())?;
        }
        let body = (!request.body().is_end_stream()).then(BodyProgress::default);
        Ok(Admitted { client, verifier: Arc::clone(&self.verifier), body })
    }
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// The work within its time, which its route may have raised by the time that it is over.
async fn bounded<F: Future>(
    work: F,
    usual: Duration,
    progress: Option<BodyProgress>,
) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    match timeout(usual, work.as_mut()).await {
        Ok(done) => Ok(done),
        Err(elapsed) => {
            let limit = progress.and_then(|progress| progress.limit());
            match limit.and_then(|limit| limit.checked_sub(usual)) {
                Some(more) => timeout(more, work).await,
                None => Err(elapsed),
            }
        }
    }
}

/// A request as it is observed. Dropped without an answer, its client went away.
struct Seen {
    settings: Arc<Settings>,
    usual: Arc<Usual>,
    context: TraceContext,
    parent_span_id: Option<u64>,
    method: Method,
    uri: Uri,
    /// Kept only where errors are shown to people.
    headers: Option<HeaderMap>,
    route: Option<MatchedPath>,
    began: Instant,
    status: u16,
    spent: Spent,
    /// Another part only asks whether this one serves.
    is_probe: bool,
}

impl Seen {
    fn of(request: &Request, settings: &Arc<Settings>, usual: &Arc<Usual>) -> Self {
        let cause = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        let cause: Option<TraceContext> = cause.and_then(|text| text.parse().ok());
        if settings.is_observed {
            settings.metrics.request_began();
        }
        let headers = settings.error_pages.as_ref().map(|_| request.headers().clone());
        let is_probe =
            request.headers().contains_key(PROBE_HEADER) && settings.secret.is_shown_by(request.headers());
        Self {
            settings: Arc::clone(settings),
            usual: Arc::clone(usual),
            headers,
            context: cause.map_or_else(TraceContext::begin, TraceContext::child),
            parent_span_id: cause.map(|cause| cause.span_id),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            began: Instant::now(),
            status: CLIENT_WENT_AWAY,
            spent: Spent::default(),
            is_probe,
        }
    }

    fn answer(mut self, response: Response) -> Response {
        let mut response = self.with_options(response);
        if response.status().is_client_error() || response.status().is_server_error() {
            let shown = self.settings.error_pages.as_deref().zip(self.headers.take());
            let trace_id = self.context.trace_id_text();
            response = problem::complete(response, self.uri.path(), trace_id, |problem| {
                let (pages, headers) = shown?;
                pages.page(problem, &FailedRequest { uri: self.uri.clone(), headers })
            });
        }
        if let Ok(value) = HeaderValue::from_bytes(&self.context.traceparent()) {
            response.headers_mut().insert(TRACERESPONSE, value);
        }
        self.status = response.status().as_u16();
        response
    }

    /// OPTIONS works wherever anything does; the router says in `Allow` what does.
    fn with_options(&self, response: Response) -> Response {
        let is_asked = self.method == Method::OPTIONS && response.status() == StatusCode::METHOD_NOT_ALLOWED;
        if is_asked { StatusCode::NO_CONTENT.into_response() } else { response }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.settings.is_observed {
            return;
        }
        let took = self.began.elapsed();
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        self.settings.metrics.request_ended(&self.method, route, self.status, took, &self.usual);
        let method = method_label(&self.method);
        let (context, status, spent) = (self.context, self.status, self.spent);
        // Probes come every second from each storefront: told only to who looks closely.
        if self.is_probe {
            tracing::debug!(target: "request", method, route, status, "a part asked whether this one serves");
        } else {
            request::log(&request::Request { method, route, status, took, spent, context });
        }
        otlp::export_request(otlp::Request {
            context,
            parent_span_id: self.parent_span_id,
            method,
            route,
            status,
            took,
        });
    }
}

/// Adds OPTIONS to `Allow`, which the router sets after all layers.
pub(crate) fn with_options_allowed(mut response: Response) -> Response {
    if let Some(allowed) = response.headers_mut().get_mut(header::ALLOW) {
        let methods = allowed.to_str().ok().filter(|methods| !methods.contains("OPTIONS"));
        let methods = methods
            .map(|methods| if methods.is_empty() { "OPTIONS".into() } else { format!("{methods},OPTIONS") });
        if let Some(Ok(methods)) = methods.map(HeaderValue::try_from) {
            *allowed = methods;
        }
    }
    response
}
