//! The sign on the door: what somebody who has just opened the shop wants to know.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::arguments::DEFAULT_DATA;
use crate::console::Console;
use crate::folder;
use crate::keys::StaffLogin;
use crate::status::Status;

/// The sign, as one block of lines: one address, the staff login, and what to try. The password is shown to
/// somebody at a terminal; where output goes into a file, it stays in its own.
pub(crate) fn text(
    console: &Console,
    shop: &Status,
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
    let (username, file) = (&login.username, folder::staff_login(data));
    if console.is_terminal() {
        let (username, password) = (console.bold(username), console.bold(&login.password));
        line("Staff login", format!("{username}, password {password}"));
        line("", format!("kept in {}", file.display()));
    } else {
        line("Staff login", format!("{username}, with the password in {}", file.display()));
    }
    let program = invocation(data);
    line("Try", format!("{program} stop product"));
    line("", "and watch the open page; start product brings it back".to_owned());
    line("More", format!("{program} status, with the addresses of the API; --help"));
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

#[cfg(test)]
mod tests {
    use super::{Console, StaffLogin, Status, text};
    use std::path::Path;
    use std::time::Duration;

    fn sign(is_terminal: bool) -> String {
        let shop = Status {
            shop: "tea-house".to_owned(),
            title: "Tea House".to_owned(),
            url: "http://127.0.0.1:8080".to_owned(),
            data: "/data".to_owned(),
            pid: 7,
            parts: Vec::new(),
        };
        let login = StaffLogin { username: "staff".to_owned(), password: "leaves".to_owned() };
        let console = Console::plain(is_terminal);
        text(&console, &shop, &login, Path::new("teas"), Duration::from_millis(340))
    }

    #[test]
    fn there_is_one_address_and_the_staff_login() {
        let sign = sign(true);
        assert!(sign.contains("Tea House is open after 0.3 s:  http://127.0.0.1:8080\n"), "{sign}");
        assert_eq!(sign.matches("http").count(), 1, "{sign}");
        assert!(sign.contains("staff, password leaves\n"), "{sign}");
        assert!(sign.contains("--data teas stop product\n"), "{sign}");
    }

    #[test]
    fn a_password_is_not_written_into_somebodys_log() {
        let sign = sign(false);
        assert!(!sign.contains("leaves") && sign.contains("teas/staff-login.json"), "{sign}");
    }
}
