//! One event as one line: JSON for machines, coloured text for people.

use crate::trace;
use contract::Timestamp;
use std::{
    fmt::{self, Write as _},
    time::{SystemTime, UNIX_EPOCH},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// How lines look.
pub(super) struct Lines {
    part: &'static str,
    /// The Shop's name as a member of a JSON line, if this process belongs to one.
    shop: String,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Json,
    Plain,
    Coloured,
}

impl Lines {
    pub(super) fn new(part: &'static str, shop: Option<&str>, style: Style) -> Self {
        Self { part, shop: shop_member(shop), style }
    }

    fn line(&self, line: &mut dyn fmt::Write, event: &Event<'_>) -> fmt::Result {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let time = Timestamp::from_unix_ms(i64::try_from(now).unwrap_or(i64::MAX));
        let mut fields = Fields {
            style: self.style,
            message: String::new(),
            rest: String::with_capacity(256),
            has_trace: false,
        };
        event.record(&mut fields);
        if let (false, Some(context)) = (fields.has_trace, trace::current()) {
            fields.put_text("trace_id", &context.trace_id_text());
        }
        let (level, target) = (*event.metadata().level(), event.metadata().target());
        let Fields { message, rest, .. } = fields;
        let message = if self.style == Style::Json { message } else { printable(&message) };
        match self.style {
            Style::Json => {
                write!(
                    line,
                    r#"{{"time":"{time}","level":"{level}","part":"{}","target":"{target}""#,
                    self.part
                )?;
                if !message.is_empty() {
                    write!(line, r#","message":{}"#, quoted(&message))?;
                }
                writeln!(line, "{rest}{}}}", self.shop)
            }
            Style::Plain => writeln!(line, "{time} {level:5} {message}{rest}"),
            Style::Coloured => {
                let colour = match level {
                    Level::ERROR => 31,
                    Level::WARN => 33,
                    Level::INFO => 32,
                    _ => 34,
                };
                writeln!(
                    line,
                    "\x1b[2m{time}\x1b[0m \x1b[{colour}m{level:5}\x1b[0m {message}\x1b[2m{rest}\x1b[0m"
                )
            }
        }
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        self.line(&mut writer, event)
    }
}

struct Fields {
    style: Style,
    message: String,
    rest: String,
    has_trace: bool,
}

impl Fields {
    fn put_text(&mut self, name: &str, value: &str) {
        match self.style {
            Style::Json => self.put(name, format_args!("{}", quoted(value))),
            _ => self.put(name, format_args!("{}", printable(value))),
        }
    }

    fn put(&mut self, name: &str, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = match self.style {
            Style::Json => write!(self.rest, r#","{name}":{value}"#),
            // A person reads the trace id on the error page, not on every line of a terminal.
            _ if name == "trace_id" => Ok(()),
            _ => write!(self.rest, " {name}={value}"),
        };
    }
}

impl Visit for Fields {
    /// An error with all its causes: the outermost alone rarely says what to do.
    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let chain: Vec<_> = causes.map(ToString::to_string).collect();
        self.record_str(field, &chain.join(": "));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            name => {
                self.has_trace |= name == "trace_id";
                self.put_text(name, value);
            }
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), format_args!("{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match value.is_finite() {
            true => self.put(field.name(), format_args!("{value}")),
            false => self.put_text(field.name(), &value.to_string()),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), format_args!("{value}"));
    }
}

/// The text on one line, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The Shop's name as it stands at the end of a JSON line.
pub(super) fn shop_member(shop: Option<&str>) -> String {
    shop.map(|shop| format!(r#","shop":{}"#, quoted(shop))).unwrap_or_default()
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Lines, Style};
    use std::{
        io,
        sync::{Arc, Mutex},
    };
    use tracing_subscriber::{fmt, layer::SubscriberExt};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written_by(lines: Lines, work: impl FnOnce()) -> String {
        let written = Written::default();
        let target = written.clone();
        let layer = fmt::layer().event_format(lines).with_writer(move || target.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let error = io::Error::other(std::fmt::Error);
        let line = written_by(Lines::new("user", Some("tea"), Style::Json), || {
            let error = anyhow::Error::from(error).context("cannot start");
            tracing::warn!(error = &*error as &dyn std::error::Error, "no");
        });
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let told = line["error"].as_str().unwrap();
        assert!(told.starts_with("cannot start: an error occurred"), "{told}");
    }

    #[test]
    fn a_json_line_is_one_json_object_whatever_is_said() {
        let line = written_by(Lines::new("user", Some("tea"), Style::Json), || {
            tracing::warn!(count = 3, ratio = 0.5, ok = true, text = "a \"b\"\n\u{1b}[31m", error = ?"x\ny", "it\nfailed");
        });
        assert_eq!(line.lines().count(), 1);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        for (name, value) in [
            ("level", "WARN"),
            ("part", "user"),
            ("shop", "tea"),
            ("message", "it\nfailed"),
            ("text", "a \"b\"\n\u{1b}[31m"),
        ] {
            assert_eq!(line[name], value);
        }
        assert_eq!((&line["count"], &line["ratio"], &line["ok"]), (&3.into(), &0.5.into(), &true.into()));
    }

    #[test]
    fn a_text_line_cannot_be_forged_from_inside() {
        let line = written_by(Lines::new("user", Some("tea"), Style::Plain), || {
            tracing::info!(name = "a\nb\u{1b}[2J", "said")
        });
        assert_eq!(line.lines().count(), 1);
        assert!(!line.contains('\u{1b}'), "{line:?}");
        assert!(line.contains("INFO  said name="), "{line:?}");
    }

    #[test]
    fn a_line_carries_the_trace_of_the_work_it_is_about() {
        let context = crate::trace::TraceContext::begin();
        let line = written_by(Lines::new("user", Some("tea"), Style::Json), || {
            futures::executor::block_on(crate::trace::scope(context, async { tracing::info!("said") }));
        });
        assert!(line.contains(&context.trace_id_text()), "{line}");
    }
}
