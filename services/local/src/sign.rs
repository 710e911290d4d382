//! The sign on the door: what somebody who has just opened the shop wants to know.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::arguments::DEFAULT_DATA;
use crate::console::Console;
use crate::folder;
use crate::keys::StaffLogin;
use crate::plan::Process;
use crate::status::Status;

/// The sign, as one block of lines.
pub(crate) fn text(
    console: &Console,
    shop: &Status,
    processes: &[Process],
    login: &StaffLogin,
    data: &Path,
    took: Duration,
) -> String {
    let mut sign = format!(
        "\n  {} is open after {:.1} s:  {}\n\n",
        console.bold(&shop.title),
        took.as_secs_f64(),
        console.bold(&shop.url)
    );
    let mut line = |name: &str, text: String| {
        let _ = writeln!(sign, "  {name:<13}{text}");
    };
    line(
        "Staff login",
        format!("{}, with the password in {}", login.username, folder::staff_login(data).display()),
    );
    let services = processes.iter().filter(|process| process.part.has_database());
    for (index, process) in services.enumerate() {
        let name = if index == 0 { "API" } else { "" };
        line(name, format!("{}/api/{}/docs", process.url(), process.part));
    }
    line("Try", format!("{} stop product", invocation(data)));
    line("", "and see what goes on; start product brings it back; status; --help".to_owned());
    line("Stop", "Ctrl-C".to_owned());
    sign
}

/// How this program was called, which is how it is called from a second terminal in the same folder.
fn invocation(data: &Path) -> String {
    let program = match std::env::var_os("CARGO") {
        Some(_) => "cargo run --".to_owned(),
        None => std::env::args().next().unwrap_or_else(|| "shopkeeper".to_owned()),
    };
    if data == Path::new(DEFAULT_DATA) { program } else { format!("{program} --data {}", data.display()) }
}
