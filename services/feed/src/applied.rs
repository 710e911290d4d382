//! What is told of an event that took effect here: a line of the log, and a span if it belongs to a trace.
//! Neither says what the event says, which may be of a person.

use chassis::{
    telemetry::otlp::{self, AppliedEvent},
    trace::TraceContext,
};
use contract::event::CloudEvent;
use std::time::Duration;

/// An event that is about to take effect.
pub(crate) struct Applying {
    feed: &'static str,
    type_: String,
    position: i64,
    /// What caused the event, and its handling here.
    trace: Option<(TraceContext, TraceContext)>,
}

impl Applying {
    pub(crate) fn new(feed: &'static str, event: &CloudEvent) -> Self {
        let cause = event.traceparent.as_deref().and_then(|text| text.parse::<TraceContext>().ok());
        let trace = cause.map(|cause| (cause, cause.child()));
        Self { feed, type_: event.type_.clone(), position: event.position, trace }
    }

    /// The handling as the cause of what it leads to.
    pub(crate) fn traceparent(&self) -> Option<String> {
        self.trace.map(|(_, context)| context.to_string())
    }

    /// Tells that the effects are committed. `took` is the time of the write, which other events may share.
    pub(crate) fn committed(self, took: Duration) {
        let trace_id = self.trace.map(|(_, context)| context.trace_id_text());
        tracing::info!(
            target: "event",
            feed = self.feed,
            "type" = self.type_.as_str(),
            position = self.position,
            trace_id = trace_id.as_deref(),
            "applied"
        );
        if let Some((cause, context)) = self.trace {
            otlp::export_event(AppliedEvent {
                context,
                parent_span_id: cause.span_id,
                feed: self.feed,
                type_: &self.type_,
                took,
            });
        }
    }
}
