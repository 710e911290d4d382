//! Logs and traces of this process. One line per event; nothing in them about persons.

mod format;
pub mod otlp;
mod output;
pub(crate) mod request;

use anyhow::{Context, anyhow};
use format::Style;
use output::Output;
use std::io::IsTerminal;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text on a terminal, else JSON
    Auto,
    /// A JSON object per line
    Json,
    /// For people
    Text,
}

/// The logs and traces of this process, from start to finish.
pub struct Telemetry {
    output: &'static Output,
}

impl Telemetry {
    /// Begins to log to standard output, and to export traces if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. `shop` is
    /// the Shop that the process belongs to, if it belongs to one. To be called before the runtime exists.
    ///
    /// # Errors
    /// If the level cannot be read, or it was started before.
    pub fn start(
        part: &'static str,
        version: &'static str,
        shop: Option<&str>,
        format: Format,
        level: &str,
    ) -> anyhow::Result<Self> {
        let levels: Targets = level.parse().map_err(|error| anyhow!("--log-level {level}: {error}"))?;
        let is_terminal = std::io::stdout().is_terminal();
        let is_text = format == Format::Text || (format == Format::Auto && is_terminal);
        let output = Output::start().context("cannot start the thread that writes the log")?;
        let style = match (is_text, is_terminal) {
            (false, _) => Style::Json,
            (true, false) => Style::Plain,
            (true, true) => Style::Coloured,
        };
        if levels.would_enable(request::TARGET, &tracing::Level::INFO) {
            request::start(part, shop, style, output);
        }
        let layer = fmt::layer()
            .event_format(format::Lines::new(part, shop, style))
            .with_writer(move || output)
            .with_filter(levels);
        tracing_subscriber::registry().with(layer).try_init().context("logging was started before")?;
        std::panic::set_hook(Box::new(|panic| {
            // Only where: what a panic says may hold data of a person.
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, backtrace = %std::backtrace::Backtrace::capture(), "a bug: the program panicked");
        }));
        otlp::start(part, version, shop)?;
        Ok(Self { output })
    }

    /// Writes what is left.
    pub fn finish(self) {
        otlp::finish();
        self.output.flush();
    }
}
