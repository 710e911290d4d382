//! Runs a private PostgreSQL server for as long as its standard input stays open: however the test command
//! ends, the server ends with it. The first and only line printed is the server's URL.

use std::io::{Read, Write};

#[tokio::main]
async fn main() {
    let server = kit::postgres::Server::start(kit::postgres::Settings::default()).await;
    let mut output = std::io::stdout();
    writeln!(output, "{}", server.url()).and_then(|()| output.flush()).expect("tell the URL");
    let mut ignored = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut ignored);
}
