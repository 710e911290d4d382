//! What is counted, and its Prometheus text. Labels are bounded: routes, never paths.

use axum::http::Method;
use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
    core::{Collector, Desc},
    proto::{MetricFamily, MetricType},
};
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

/// Bounds of durations in seconds: those of OpenTelemetry's HTTP conventions, among them half a second, which a Shop
/// promises by default; 1 and 2.5 ms; and 0.3 and 1.5 s, the bounds of pages while a service is down.
pub const DURATION_BUCKETS: [f64; 18] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 7.5, 10.0,
];

/// The metrics of one part. Clones are one.
///
/// Registering the same name twice is a mistake of the program, found when it starts: it panics.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    request_duration: HistogramVec,
    active_requests: IntGauge,
    definitions: Arc<Mutex<Vec<Definition>>>,
}

/// A measure as it is defined, whether or not anything was measured yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    #[serde(rename = "type")]
    pub kind: String,
    pub labels: Vec<String>,
    pub help: String,
}

impl Metrics {
    /// With what every part tells of itself.
    pub fn new(part: &str, version: &str) -> Self {
        let registry = Registry::new();
        let request_duration = HistogramVec::new(
            HistogramOpts::new(
                "http_server_request_duration_seconds",
                "Time from a request's arrival to the head of its answer, in seconds.",
            )
            .buckets(DURATION_BUCKETS.to_vec()),
            &["http_request_method", "http_route", "http_response_status_code"],
        )
        .expect("the definition is valid");
        let active_requests =
            IntGauge::new("http_server_active_requests", "Requests that are being answered now.")
                .expect("the definition is valid");
        let metrics = Self { registry, request_duration, active_requests, definitions: Arc::default() };
        metrics.register(metrics.request_duration.clone());
        metrics.register(metrics.active_requests.clone());
        metrics.register(prometheus::process_collector::ProcessCollector::for_self());
        let build =
            metrics.gauge_vec("shopkeeper_build_info", "1; the labels say what runs.", &["part", "version"]);
        build.with_label_values(&[part, version]).set(1);
        metrics
    }

    /// Registers a collector.
    pub fn register(&self, collector: impl Collector + 'static) {
        self.register_all([Box::new(collector) as Box<dyn Collector>]);
    }

    /// Registers collectors that are made elsewhere.
    pub fn register_all(&self, collectors: impl IntoIterator<Item = Box<dyn Collector>>) {
        for collector in collectors {
            let definitions = definitions(collector.as_ref());
            self.definitions.lock().unwrap_or_else(PoisonError::into_inner).extend(definitions);
            self.registry.register(collector).expect("every metric is registered once");
        }
    }

    /// All that is measured, by name.
    pub fn definitions(&self) -> Vec<Definition> {
        let mut definitions = self.definitions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        definitions.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        definitions
    }

    /// A new counter.
    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.registered(IntCounter::new(name, help))
    }

    /// A new counter with labels.
    pub fn counter_vec(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.registered(IntCounterVec::new(Opts::new(name, help), labels))
    }

    /// A new gauge.
    pub fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.registered(IntGauge::new(name, help))
    }

    /// A new gauge whose value is asked for whenever the metrics are.
    pub fn gauge_of(&self, name: &str, help: &str, value: impl Fn() -> f64 + Send + Sync + 'static) {
        let gauge = Gauge::new(name, help).expect("the definition is valid");
        self.register(Asked { gauge, value });
    }

    /// A new gauge with labels.
    pub fn gauge_vec(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.registered(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// A new histogram of seconds with labels.
    pub fn duration_vec(&self, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
        let options = HistogramOpts::new(name, help).buckets(DURATION_BUCKETS.to_vec());
        self.registered(HistogramVec::new(options, labels))
    }

    /// All of it in the Prometheus text format.
    ///
    /// # Errors
    /// If a collector gave something that cannot be written.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }

    pub(crate) fn request_began(&self) {
        self.active_requests.inc();
    }

    /// `usual` is what was remembered of earlier requests to the same place.
    pub(crate) fn request_ended(
        &self,
        method: &Method,
        route: &str,
        status: u16,
        took: Duration,
        usual: &Usual,
    ) {
        self.active_requests.dec();
        if let Some(known) = usual.0.get()
            && known.status == status
            && known.method == *method
            && known.route == route
        {
            return known.duration.observe(took.as_secs_f64());
        }
        let mut digits = [0; 3];
        let labels = [method_label(method), route, status_label(status, &mut digits)];
        let duration = self.request_duration.with_label_values(&labels);
        duration.observe(took.as_secs_f64());
        if (200..300).contains(&status) && usual.0.get().is_none() {
            let (method, route) = (method.clone(), route.to_owned());
            // Another request may have been faster.
            let _ = usual.0.set(Known { method, route, status, duration });
        }
    }

    fn registered<C: Collector + Clone + 'static>(&self, collector: prometheus::Result<C>) -> C {
        let collector = collector.expect("the definition is valid");
        self.register(collector.clone());
        collector
    }
}

fn definitions(collector: &dyn Collector) -> Vec<Definition> {
    // A family knows its type, and a description its labels, also where nothing was measured.
    let families = collector.collect();
    let kind = |name: &str| {
        let family = families.iter().find(|family| family.name() == name);
        family.map_or(MetricType::GAUGE, MetricFamily::get_field_type)
    };
    let define = |desc: &Desc| Definition {
        name: desc.fq_name.clone(),
        kind: format!("{:?}", kind(&desc.fq_name)).to_lowercase(),
        labels: desc.variable_labels.clone(),
        help: desc.help.clone(),
    };
    collector.desc().into_iter().map(define).collect()
}

/// A gauge that asks for its value.
struct Asked<Value> {
    gauge: Gauge,
    value: Value,
}

impl<Value: Fn() -> f64 + Send + Sync> Collector for Asked<Value> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gauge.set((self.value)());
        self.gauge.collect()
    }
}

/// The measure of the answer that is usual in one place, which then need not be looked up.
#[derive(Default)]
pub(crate) struct Usual(OnceLock<Known>);

struct Known {
    method: Method,
    route: String,
    status: u16,
    duration: Histogram,
}

/// The methods of HTTP by name; whatever else a client invents is one label.
pub(crate) fn method_label(method: &Method) -> &str {
    match method.as_str() {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "CONNECT" | "TRACE" => {
            method.as_str()
        }
        _ => "_OTHER",
    }
}

/// The three digits of a status, without asking for memory.
fn status_label(status: u16, digits: &mut [u8; 3]) -> &str {
    let digit = |value: u16| b'0' + u8::try_from(value % 10).unwrap_or(0);
    *digits = [digit(status / 100), digit(status / 10), digit(status)];
    std::str::from_utf8(digits).unwrap_or("000")
}

#[cfg(test)]
mod tests {
    use super::{Metrics, Usual};
    use axum::http::Method;
    use std::time::Duration;

    #[test]
    fn requests_are_counted_by_route_and_unknown_methods_are_one() {
        let metrics = Metrics::new("user", "0.1.0");
        let usual = Usual::default();
        for method in [Method::GET, Method::from_bytes(b"BREW").unwrap()] {
            for status in [404, 200, 200, 204, 200] {
                metrics.request_began();
                metrics.request_ended(&method, "/api/user/{name}", status, Duration::from_millis(3), &usual);
            }
        }
        let text = metrics.text().unwrap();
        for line in [
            "http_server_active_requests 0",
            r#"http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="404",http_route="/api/user/{name}"} 1"#,
            r#"{http_request_method="GET",http_response_status_code="200",http_route="/api/user/{name}"} 3"#,
            r#"{http_request_method="GET",http_response_status_code="204",http_route="/api/user/{name}"} 1"#,
            r#"{http_request_method="_OTHER",http_response_status_code="200",http_route="/api/user/{name}"} 3"#,
            r#"shopkeeper_build_info{part="user",version="0.1.0"} 1"#,
            "# HELP http_server_active_requests Requests that are being answered now.",
            "process_resident_memory_bytes",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn what_is_measured_is_known_before_anything_was() {
        let metrics = Metrics::new("user", "0.1.0");
        metrics.counter_vec("shop_things_total", "Things.", &["kind"]);
        metrics.gauge_of("shop_thing_age_seconds", "Age.", || 1.5);
        let definitions = metrics.definitions();
        for (name, kind, labels) in [
            (
                "http_server_request_duration_seconds",
                "histogram",
                &["http_request_method", "http_route", "http_response_status_code"][..],
            ),
            ("shop_things_total", "counter", &["kind"]),
            ("shop_thing_age_seconds", "gauge", &[]),
            ("process_cpu_seconds_total", "counter", &[]),
        ] {
            let found = definitions.iter().find(|definition| definition.name == name).expect(name);
            assert_eq!(found.kind, kind, "{name}");
            assert_eq!(found.labels, labels, "{name}");
        }
        assert!(metrics.text().unwrap().contains("\nshop_thing_age_seconds 1.5\n"));
    }
}
