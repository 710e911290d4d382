//! Export of spans over OTLP, if `OTEL_EXPORTER_OTLP_ENDPOINT` is set: of requests that were answered, of calls
//! to other parts, and of events of other parts that took effect here.
//!
//! Spans are made from what is known when a piece of work ends, and handed to the batch processor, whose own
//! thread sends them with a blocking client.

use crate::trace::TraceContext;
use anyhow::Context;
use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor},
};
use std::{
    borrow::Cow,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

static PROCESSOR: OnceLock<BatchSpanProcessor> = OnceLock::new();

/// A request that was answered.
pub(crate) struct Request<'a> {
    pub(crate) context: TraceContext,
    /// The span of the caller, if it named one.
    pub(crate) parent_span_id: Option<u64>,
    pub(crate) method: &'a str,
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) took: Duration,
}

/// An event of another part's feed that took effect here.
pub struct AppliedEvent<'a> {
    pub context: TraceContext,
    /// The span of the request, or of the event, that caused it.
    pub parent_span_id: u64,
    /// The part that told it.
    pub feed: &'static str,
    /// Its CloudEvents type.
    pub type_: &'a str,
    /// From the beginning of its write to the commit.
    pub took: Duration,
}

/// A request that was sent to another part.
pub struct Call<'a> {
    /// As it was told to the other part.
    pub context: TraceContext,
    /// The span within which the call was made, if there is one.
    pub parent_span_id: Option<u64>,
    pub method: &'a str,
    /// The other part's name.
    pub peer: &'a str,
    /// None if no answer came.
    pub status: Option<u16>,
    pub took: Duration,
}

pub(super) fn start(part: &'static str, version: &'static str, shop: Option<&str>) -> anyhow::Result<()> {
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_none_or(|endpoint| endpoint.is_empty()) {
        return Ok(());
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .context("cannot export traces to OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    let resource = Resource::builder()
        .with_service_name(format!("shopkeeper-{part}"))
        .with_attribute(KeyValue::new("service.version", version))
        .with_attributes(shop.map(|shop| KeyValue::new("service.namespace", shop.to_owned())))
        .build();
    processor.set_resource(&resource);
    let _ = PROCESSOR.set(processor);
    Ok(())
}

pub(super) fn finish() {
    if let Some(processor) = PROCESSOR.get() {
        let _ = processor.shutdown_with_timeout(Duration::from_secs(2));
    }
}

/// Hands over the span of a request that ends now.
pub(crate) fn export_request(request: Request<'_>) {
    export(request.context, || request_span(&request, SystemTime::now()));
}

/// Hands over the span of an event whose effects were committed just now.
pub fn export_event(event: AppliedEvent<'_>) {
    export(event.context, || event_span(&event, SystemTime::now()));
}

fn export(context: TraceContext, span: impl FnOnce() -> SpanData) {
    if let Some(processor) = PROCESSOR.get().filter(|_| context.sampled) {
        processor.on_end(span());
    }
}

/// Hands over the span of a call that ends now.
pub fn export_call(call: Call<'_>) {
    export(call.context, || call_span(&call, SystemTime::now()));
}

/// The request in the words of OpenTelemetry's HTTP conventions; without the path, which may name a person.
fn request_span(request: &Request<'_>, ended: SystemTime) -> SpanData {
    let is_ours = request.status >= 500;
    SpanData {
        span_kind: SpanKind::Server,
        name: format!("{} {}", request.method, request.route).into(),
        attributes: vec![
            KeyValue::new("http.request.method", request.method.to_owned()),
            KeyValue::new("http.route", request.route.to_owned()),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("http.response.status_code", i64::from(request.status)),
        ],
        status: if is_ours { Status::error("") } else { Status::Unset },
        ..span(request.context, request.parent_span_id, request.took, ended)
    }
}

/// The event in the words of OpenTelemetry's messaging conventions; without its data.
fn event_span(event: &AppliedEvent<'_>, ended: SystemTime) -> SpanData {
    SpanData {
        span_kind: SpanKind::Consumer,
        name: format!("process {}", event.feed).into(),
        attributes: vec![
            KeyValue::new("messaging.operation.type", "process"),
            KeyValue::new("messaging.destination.name", event.feed),
            KeyValue::new("cloudevents.event_type", event.type_.to_owned()),
        ],
        ..span(event.context, Some(event.parent_span_id), event.took, ended)
    }
}

/// The call, in the words of the HTTP conventions; without the path, too.
fn call_span(call: &Call<'_>, ended: SystemTime) -> SpanData {
    let mut attributes = vec![
        KeyValue::new("http.request.method", call.method.to_owned()),
        KeyValue::new("service.peer.name", call.peer.to_owned()),
    ];
    attributes.extend(call.status.map(|it| KeyValue::new("http.response.status_code", i64::from(it))));
    let is_good = call.status.is_some_and(|status| status < 400);
    SpanData {
        span_kind: SpanKind::Client,
        // Of low cardinality, as the conventions ask for.
        name: format!("{} {}", call.method, call.peer).into(),
        attributes,
        status: if is_good { Status::Unset } else { Status::error("") },
        parent_span_is_remote: false,
        ..span(call.context, call.parent_span_id, call.took, ended)
    }
}

/// What all spans have in common. A cause always lies in another process.
fn span(context: TraceContext, parent_span_id: Option<u64>, took: Duration, ended: SystemTime) -> SpanData {
    SpanData {
        span_context: SpanContext::new(
            TraceId::from_bytes(context.trace_id.to_be_bytes()),
            SpanId::from_bytes(context.span_id.to_be_bytes()),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::from_bytes(parent_span_id.unwrap_or(0).to_be_bytes()),
        parent_span_is_remote: parent_span_id.is_some(),
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed(""),
        start_time: ended - took,
        end_time: ended,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("shopkeeper").build(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AppliedEvent, Call, Request, call_span, event_span, request_span};
    use crate::trace::TraceContext;
    use opentelemetry::trace::{SpanKind, Status};
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_span_has_the_ids_of_the_log_and_the_names_of_opentelemetry() {
        let context: TraceContext =
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let (ended, took) = (SystemTime::UNIX_EPOCH + Duration::from_secs(9), Duration::from_secs(2));
        let request = Request {
            context,
            parent_span_id: Some(5),
            method: "GET",
            route: "/api/user/{name}",
            status: 503,
            took,
        };
        let span = request_span(&request, ended);
        assert_eq!(span.span_context.trace_id().to_string(), context.trace_id_text());
        assert_eq!(span.span_context.span_id().to_string(), "00f067aa0ba902b7");
        assert_eq!(span.parent_span_id.to_string(), "0000000000000005");
        assert_eq!((span.name.as_ref(), span.span_kind), ("GET /api/user/{name}", SpanKind::Server));
        assert_eq!(span.start_time, ended - took);
        assert!(matches!(span.status, Status::Error { .. }));
        let names: Vec<&str> = span.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(names, ["http.request.method", "http.route", "url.scheme", "http.response.status_code"]);
    }

    #[test]
    fn the_span_of_an_event_lies_below_what_caused_it() {
        let cause: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let context = cause.child();
        let event = AppliedEvent {
            context,
            parent_span_id: cause.span_id,
            feed: "order",
            type_: "dev.shopkeeper.order.placed",
            took: Duration::from_millis(3),
        };
        let span = event_span(&event, SystemTime::UNIX_EPOCH + Duration::from_secs(9));
        assert_eq!(span.span_context.trace_id().to_string(), cause.trace_id_text());
        assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
        assert_ne!(span.span_context.span_id(), span.parent_span_id);
        assert_eq!((span.name.as_ref(), span.span_kind), ("process order", SpanKind::Consumer));
    }

    #[test]
    fn the_span_of_a_call_stands_between_that_of_the_caller_and_that_of_the_called() {
        let caller: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let told = caller.child();
        let ended = SystemTime::UNIX_EPOCH + Duration::from_secs(9);
        let call = |status| Call {
            context: told,
            parent_span_id: Some(caller.span_id),
            method: "POST",
            peer: "order",
            status,
            took: Duration::from_secs(2),
        };
        let span = call_span(&call(Some(200)), ended);
        assert_eq!(span.span_context.span_id().to_string(), format!("{:016x}", told.span_id));
        assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
        assert_eq!((span.name.as_ref(), span.span_kind), ("POST order", SpanKind::Client));
        for (status, is_good) in [(Some(200), true), (Some(404), false), (Some(503), false), (None, false)] {
            let span = call_span(&call(status), ended);
            assert_eq!(matches!(span.status, Status::Unset), is_good, "{status:?}");
        }
    }
}
