//! One request and its answer on the wire.

use crate::{
    answer::Answer,
    call::{Body, Call},
    caller::Caller,
    error::Cause,
    settings::Limits,
};
use anyhow::{Context, ensure};
use chassis::{
    secret::{SECRET_HEADER, ShopSecret},
    telemetry::otlp,
    trace::{self, TraceContext},
};
use reqwest::{
    Client, Method, Request, Url,
    header::{self, HeaderName, HeaderValue},
    redirect, retry,
};
use std::{
    error::Error,
    time::{Duration, Instant},
};

/// The services close what is idle for 20 s; a connection must not be reused at that moment.
const IDLE: Duration = Duration::from_secs(15);

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The way to one peer.
pub(crate) struct Wire {
    peer: &'static str,
    client: Client,
    base: Url,
    secret: HeaderValue,
}

/// What kept an answer from coming, and whether the request may have been sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) cause: Cause,
    pub(crate) may_have_happened: bool,
}

impl Wire {
    /// The way to the peer at `url`.
    ///
    /// # Errors
    /// The address is not one, or the HTTP client cannot be built.
    pub(crate) fn new(
        peer: &'static str,
        url: &str,
        secret: &ShopSecret,
        limits: &Limits,
    ) -> anyhow::Result<Self> {
        let base = Url::parse(url).with_context(|| format!("{url:?} is not the address of a service"))?;
        let is_http = matches!(base.scheme(), "http" | "https") && base.has_host();
        ensure!(is_http, "{url:?} is not the address of a service: it must begin with http:// or https://");
        let is_bare = base.query().is_none() && base.fragment().is_none();
        ensure!(is_bare, "{url:?} is not the address of a service: it may not have a query or a fragment");
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            // Whether something is sent again is decided here, within a budget.
            .retry(retry::never())
            .connect_timeout(limits.connect)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(limits.in_flight);
        // Plain HTTP needs no certificates, and an image without a bundle of them must not fail here.
        let client = if base.scheme() == "http" { client.tls_certs_only([]) } else { client };
        let client = client.build().context("cannot build the HTTP client")?;
        let mut secret =
            HeaderValue::from_str(secret.reveal()).context("the shop's secret fits no header")?;
        secret.set_sensitive(true);
        Ok(Self { peer, client, base, secret })
    }

    /// The request that the call becomes.
    pub(crate) fn request(&self, caller: Caller<'_>, call: &Call<'_>) -> Request {
        let mut url = self.base.clone();
        // An address of this kind always has segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(&call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = Request::new(call.method.clone(), url);
        let headers = request.headers_mut();
        headers.extend(call.headers.iter().cloned());
        headers.insert(SECRET_HEADER, self.secret.clone());
        // What fits no header is no token; the service will say so.
        let token = caller.token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
        if let Some(mut token) = token {
            token.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, token);
        }
        let address =
            caller.client_address.and_then(|address| HeaderValue::try_from(address.to_string()).ok());
        headers.extend(address.map(|address| (FORWARDED_FOR, address)));
        if let Body::Bytes(content_type, bytes) = &call.body {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
            *request.body_mut() = Some(bytes.clone().into());
        }
        request
    }

    /// Sends the request and takes in the whole answer. Bounded in size, not in time.
    pub(crate) async fn send(&self, mut request: Request, max_bytes: usize) -> Result<Answer, Lost> {
        let mut span = Span::begin(self.peer, request.method().clone());
        if let Ok(context) = HeaderValue::try_from(span.context.to_string()) {
            request.headers_mut().insert(TRACEPARENT, context);
        }
        let sent = self.client.execute(request).await.map_err(reqwest::Error::without_url);
        let response = sent.map_err(|error| {
            tracing::debug!(error = &error as &dyn Error, "a service gave no answer");
            lost(&error)
        })?;
        span.status = Some(response.status().as_u16());
        let taken = Answer::take(response, max_bytes).await;
        taken.map_err(|cause| Lost { cause, may_have_happened: true })
    }
}

/// The call as it is traced: exported when it ends, in whatever way.
struct Span {
    context: TraceContext,
    parent_span_id: Option<u64>,
    peer: &'static str,
    method: Method,
    status: Option<u16>,
    began: Instant,
}

impl Span {
    fn begin(peer: &'static str, method: Method) -> Self {
        let parent = trace::current();
        Self {
            context: parent.map_or_else(TraceContext::begin, TraceContext::child),
            parent_span_id: parent.map(|parent| parent.span_id),
            peer,
            method,
            status: None,
            began: Instant::now(),
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        trace::spent_on_peer(took);
        otlp::export_call(otlp::Call {
            context: self.context,
            parent_span_id: self.parent_span_id,
            method: self.method.as_str(),
            peer: self.peer,
            status: self.status,
            took,
        });
    }
}

fn lost(error: &reqwest::Error) -> Lost {
    if error.is_connect() {
        return Lost { cause: Cause::Unreachable, may_have_happened: false };
    }
    let mut is_not_http = false;
    let mut source = error.source();
    while let Some(error) = source {
        let hyper = error.downcast_ref::<hyper::Error>();
        is_not_http |= hyper.is_some_and(|error| error.is_parse() || error.is_parse_too_large());
        source = error.source();
    }
    let cause = if is_not_http { Cause::Garbage } else { Cause::Broken };
    Lost { cause, may_have_happened: true }
}
