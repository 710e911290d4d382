//! The second terminal's side: asks the shop that runs on a data folder and prints what it says.

use std::path::Path;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::control::{Answer, Request};
use crate::folder;
use crate::status::Status;

/// Has something done to a part and prints when it is.
///
/// # Errors
/// No shop runs there, or it can't be done.
pub(crate) async fn act(data: &Path, request: &Request) -> anyhow::Result<()> {
    match ask(data, request).await? {
        Answer::Done(sentence) => println!("{sentence}"),
        Answer::Failed(reason) => bail!(reason),
        Answer::Status(_) => bail!("the running shop answered something else: is it another version?"),
    }
    Ok(())
}

/// Prints how the parts are.
///
/// # Errors
/// No shop runs there.
pub(crate) async fn status(data: &Path, json: bool) -> anyhow::Result<()> {
    let status: Status = match ask(data, &Request::Status).await? {
        Answer::Status(status) => status,
        Answer::Failed(reason) => bail!(reason),
        Answer::Done(_) => bail!("the running shop answered something else: is it another version?"),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        print!("{status}");
    }
    Ok(())
}

async fn ask(data: &Path, request: &Request) -> anyhow::Result<Answer> {
    let path = folder::socket(data);
    let Ok(mut stream) = UnixStream::connect(&path).await else {
        let data = data.display();
        bail!(
            "no shop runs on {data}: start one with --data {data}, or name the folder of the running one with --data"
        );
    };
    let (reader, mut writer) = stream.split();
    writer.write_all(format!("{}\n", serde_json::to_string(request)?).as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    if line.is_empty() {
        bail!("the shop ended before it answered");
    }
    serde_json::from_str(&line).context("the running shop answered something else: is it another version?")
}
