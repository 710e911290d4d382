//! What a test tells although it passes.

use std::io::Write;

/// Prints a line that is seen even of a test that passes, whose output the test harness otherwise keeps to itself:
/// what was skipped and why, or what was measured.
pub fn report(line: &str) {
    // Nothing is lost but the line if nobody takes it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
