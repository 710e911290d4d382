//! Export of server spans over OTLP, if `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
//!
//! Spans are made from what the edge knows when a request ends, and handed to the batch processor, whose
//! own thread sends them with a blocking client.

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
    pub(crate) ended: SystemTime,
    pub(crate) took: Duration,
}

pub(super) fn start(part: &'static str, version: &'static str) -> anyhow::Result<()> {
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

pub(crate) fn export_request(request: Request<'_>) {
    let Some(processor) = PROCESSOR.get().filter(|_| request.context.sampled) else { return };
    processor.on_end(span(&request));
}

/// The request in the words of OpenTelemetry's HTTP conventions; without the path, which may name a person.
fn span(request: &Request<'_>) -> SpanData {
    let is_ours = request.status >= 500;
    SpanData {
        span_context: SpanContext::new(
            TraceId::from_bytes(request.context.trace_id.to_be_bytes()),
            SpanId::from_bytes(request.context.span_id.to_be_bytes()),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::from_bytes(request.parent_span_id.unwrap_or(0).to_be_bytes()),
        parent_span_is_remote: request.parent_span_id.is_some(),
        span_kind: SpanKind::Server,
        name: format!("{} {}", request.method, request.route).into(),
        start_time: request.ended - request.took,
        end_time: request.ended,
        attributes: vec![
            KeyValue::new("http.request.method", request.method.to_owned()),
            KeyValue::new("http.route", request.route.to_owned()),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("http.response.status_code", i64::from(request.status)),
        ],
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if is_ours { Status::error("") } else { Status::Unset },
        instrumentation_scope: InstrumentationScope::builder("shopkeeper").build(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, span};
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
            ended,
            took,
        };
        let span = span(&request);
        assert_eq!(span.span_context.trace_id().to_string(), context.trace_id_text());
        assert_eq!(span.span_context.span_id().to_string(), "00f067aa0ba902b7");
        assert_eq!(span.parent_span_id.to_string(), "0000000000000005");
        assert_eq!((span.name.as_ref(), span.span_kind), ("GET /api/user/{name}", SpanKind::Server));
        assert_eq!(span.start_time, ended - took);
        assert!(matches!(span.status, Status::Error { .. }));
        let names: Vec<&str> = span.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(names, ["http.request.method", "http.route", "url.scheme", "http.response.status_code"]);
    }
}
