//! A part as a program of its own: what it prints, how signals end it, where its spans go.
//!
//! The program is this test binary, started again to run the ignored test `the_program` only.

use chassis::{Part, Process, args::ServeArgs, identity::keys, process, readiness::AlwaysReady};
use clap::{Args, FromArgMatches};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, ExitCode, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// The longest time that a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

async fn part(_: Process) -> anyhow::Result<Part> {
    let public = axum::Router::new().route("/hello/{name}", axum::routing::get(|| async { "hello" }));
    Ok(Part {
        public,
        internal: axum::Router::new(),
        readiness: Arc::new(AlwaysReady),
        error_pages: None,
        drained: Box::pin(async {}),
    })
}

#[test]
#[ignore = "it is the program that the other tests start"]
fn the_program() {
    let command = ServeArgs::augment_args(clap::Command::new("sample"));
    let matches = command.get_matches_from(["sample"]);
    let code = process::run(ServeArgs::from_arg_matches(&matches).unwrap(), "sample", "0.1.0", part);
    std::process::exit(i32::from(code != ExitCode::SUCCESS));
}

struct Program {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    listen: String,
    _folder: tempfile::TempDir,
}

impl Program {
    fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (jwks, secret) = (folder.path().join("jwks.json"), folder.path().join("secret"));
        std::fs::write(&jwks, keys::jwks_json(vec![keys::generate().unwrap().jwk]).unwrap()).unwrap();
        std::fs::write(&secret, "a secret of this shop only").unwrap();
        let listen = free_address();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "the_program", "--nocapture"])
            .env("SHOPKEEPER_LISTEN", &listen)
            .env("SHOPKEEPER_INTERNAL_LISTEN", "127.0.0.1:0")
            .env("SHOPKEEPER_JWKS_FILE", jwks)
            .env("SHOPKEEPER_SHOP_SECRET_FILE", secret)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, listen, _folder: folder }
    }

    /// Reads on until a line has all of that.
    fn line_with(&mut self, parts: &[&str]) -> String {
        let mut seen = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            if parts.iter().all(|part| line.contains(part)) {
                return line;
            }
            seen.push(line);
        }
        panic!("no line with {parts:?} in {seen:#?}");
    }

    fn get(&self, path: &str) -> String {
        self.get_with(path, "")
    }

    /// With more headers, each with its end.
    fn get_with(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.listen).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).unwrap();
    }

    fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        panic!("the program did not end");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn sigterm_and_sigint_end_it_well() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut program = Program::start(&[]);
        program.line_with(&["sample 0.1.0 serves"]);
        program.signal(signal);
        program.line_with(&["sample has stopped"]);
        assert_eq!(program.exit_code(), Some(0));
    }
}

#[test]
fn it_serves_on_while_it_leaves_and_a_second_signal_ends_it_at_once() {
    let mut program = Program::start(&[("SHOPKEEPER_DRAIN_DELAY", "1h")]);
    program.line_with(&["serves"]);
    program.signal(rustix::process::Signal::TERM);
    program.line_with(&["told to stop"]);
    assert!(program.get("/hello/a").starts_with("HTTP/1.1 200"));
    program.signal(rustix::process::Signal::TERM);
    assert_eq!(program.exit_code(), Some(1));
}

#[test]
fn a_request_is_one_json_line_without_personal_data() {
    let mut program = Program::start(&[]);
    program.line_with(&["serves"]);
    program.get("/hello/maria?token=secret");
    let line = program.line_with(&["\"target\":\"request\""]);
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["method"], &line["route"], &line["status"]),
        (&"GET".into(), &"/hello/{name}".into(), &200.into())
    );
    assert!(line["duration_ms"].is_f64() && line["trace_id"].as_str().unwrap().len() == 32);
    assert_eq!(
        (&line["database_ms"], &line["peer_calls"], &line["peer_ms"]),
        (&0.0.into(), &0.into(), &0.0.into())
    );
    assert_eq!((&line["part"], &line["shop"]), (&"sample".into(), &"shop".into()));
    assert!(!line.to_string().contains("maria") && !line.to_string().contains("secret"));
}

#[test]
fn probes_of_another_part_are_no_lines_but_nobody_else_hides_that_way() {
    let mut program = Program::start(&[]);
    program.line_with(&["serves"]);
    let secret = "shopkeeper-secret: a secret of this shop only\r\n";
    let answer = program.get_with("/hello/1", &format!("{secret}shopkeeper-probe: 1\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    program.get_with("/unknown", "shopkeeper-probe: 1\r\n");
    program.get_with("/hello/2", secret);
    for status in [404, 200] {
        let line = program.line_with(&["\"target\":\"request\""]);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["status"], &line["level"]), (&status.into(), &"INFO".into()));
    }
}

#[test]
fn a_setting_that_is_wrong_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut program = Program::start(&[("SHOPKEEPER_LISTEN", &address)]);
    program.line_with(&["cannot listen on", "(--listen)"]);
    assert_eq!(program.exit_code(), Some(1));
    let mut program = Program::start(&[("SHOPKEEPER_JWKS_FILE", "/nowhere/jwks.json")]);
    program.line_with(&["in --jwks-file /nowhere/jwks.json: cannot read the file"]);
    assert_eq!(program.exit_code(), Some(1));
}

#[test]
fn spans_are_sent_where_the_environment_says() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let mut program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    program.line_with(&["serves"]);
    program.get("/hello/maria");
    program.line_with(&["\"target\":\"request\""]);
    // Stopping sends what has not been sent.
    program.signal(rustix::process::Signal::TERM);
    let (mut stream, _) = collector.accept().unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !contains(&received, b"http.route") {
        let length = stream.read(&mut buffer).unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&received));
        received.extend_from_slice(&buffer[..length]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    for part in ["POST /v1/traces", "shopkeeper-sample", "GET /hello/{name}"] {
        assert!(contains(&received, part.as_bytes()), "{part}");
    }
    assert!(!contains(&received, b"maria"));
    assert_eq!(program.exit_code(), Some(0));
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
