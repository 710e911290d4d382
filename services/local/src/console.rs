//! What the terminal shows: the parts' log lines, merged, each behind the name of its part, unless it is JSON,
//! which names the part itself.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard};

use crate::part::Part;

/// How many of a part's last lines are kept to tell why it failed.
const REMEMBERED_LINES: usize = 20;

/// Standard output and what was last written to it.
pub(crate) struct Console {
    is_terminal: bool,
    colours: bool,
    logs: Mutex<Logs>,
}

#[derive(Default)]
struct Logs {
    shown: bool,
    last_lines: HashMap<Part, VecDeque<String>>,
}

impl Console {
    /// Standard output, in colour on a terminal unless `NO_COLOR` is set (https://no-color.org).
    pub(crate) fn standard() -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_terminal = std::io::stdout().is_terminal();
        Self { is_terminal, colours: is_terminal && !no_color, logs: Mutex::default() }
    }

    /// Without colours, for tests.
    #[cfg(test)]
    pub(crate) fn plain(is_terminal: bool) -> Self {
        Self { is_terminal, colours: false, logs: Mutex::default() }
    }

    /// Whether somebody looks at it, not a file or another program.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Prints a line of the supervisor's own. A reader that has gone away is no reason to stop the shop.
    pub(crate) fn say(&self, line: impl fmt::Display) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// Takes a line that a part wrote: remembered always, printed once the shop is open.
    pub(crate) fn log(&self, part: Part, line: &str) {
        let mut logs = self.logs();
        let last_lines = logs.last_lines.entry(part).or_default();
        if last_lines.len() == REMEMBERED_LINES {
            last_lines.pop_front();
        }
        last_lines.push_back(line.to_owned());
        let shown = logs.shown;
        drop(logs);
        if shown {
            self.print(part, line);
        }
    }

    /// Tells something about a part that it did not write itself, once the shop is open.
    pub(crate) fn note(&self, part: Part, line: &str) {
        if self.logs().shown {
            self.print(part, line);
        }
    }

    /// From here on, log lines are printed.
    pub(crate) fn show_logs(&self) {
        self.logs().shown = true;
    }

    /// The last lines that the part wrote, indented.
    pub(crate) fn last_lines(&self, part: Part) -> String {
        let logs = self.logs();
        let lines = logs.last_lines.get(&part).into_iter().flatten();
        lines.map(|line| format!("\n    {line}")).collect()
    }

    /// The text in bold, where there are colours.
    pub(crate) fn bold(&self, text: impl fmt::Display) -> String {
        self.coloured("1", text)
    }

    /// The part's name in its colour.
    pub(crate) fn name(&self, part: Part) -> String {
        self.coloured(colour(part), format_args!("{part:<10}"))
    }

    fn print(&self, part: Part, line: &str) {
        if line.starts_with('{') {
            return self.say(line);
        }
        let prefix = self.coloured(colour(part), format_args!("{part:<10} |"));
        match severity(line) {
            Some(code) => self.say(format_args!("{prefix} {}", self.coloured(code, line))),
            None => self.say(format_args!("{prefix} {line}")),
        }
    }

    fn logs(&self) -> MutexGuard<'_, Logs> {
        self.logs.lock().expect("nobody panics while holding the lines")
    }

    fn coloured(&self, code: &str, text: impl fmt::Display) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

fn colour(part: Part) -> &'static str {
    match part {
        Part::Storefront => "35",
        Part::User => "36",
        Part::Product => "32",
        Part::Order => "33",
    }
}

/// The colour of a line that wants attention, by the level that follows its time.
fn severity(line: &str) -> Option<&'static str> {
    match line.split_ascii_whitespace().nth(1) {
        Some("ERROR") => Some("31"),
        Some("WARN") => Some("33"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Console, Part, REMEMBERED_LINES};

    #[test]
    fn the_last_lines_of_a_part_are_remembered_and_no_more() {
        let console = Console::plain(false);
        for number in 0..=REMEMBERED_LINES {
            console.log(Part::User, &format!("line {number}"));
        }
        console.log(Part::Order, "another part's");
        let remembered = console.last_lines(Part::User);
        assert_eq!(remembered.lines().filter(|line| line.starts_with("    line ")).count(), REMEMBERED_LINES);
        assert!(!remembered.contains("line 0\n") && remembered.ends_with("line 20"));
    }

    #[test]
    fn without_colours_no_escape_sequence_is_written() {
        let console = Console::plain(true);
        assert_eq!(console.name(Part::User), "user      ");
        let console = Console { colours: true, ..console };
        assert_eq!(console.name(Part::User), "\x1b[36muser      \x1b[0m");
    }

    #[test]
    fn lines_that_want_attention_stand_out() {
        assert_eq!(super::severity("2026-11-21T10:00:00.000Z ERROR the disk is full"), Some("31"));
        assert_eq!(super::severity("2026-11-21T10:00:00.000Z INFO  an ERROR in a text is none"), None);
        assert_eq!(super::severity(""), None);
    }
}
