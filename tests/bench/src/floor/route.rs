//! A bare axum route: the same bytes, from as many threads as a part has.

use crate::arguments::RouteFloor;
use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    routing::get,
};

/// Answers every GET and every form on one path in the same way until it is killed.
///
/// # Errors
/// The file or the port is not to be had, or the answer is none.
pub(crate) fn serve(floor: &RouteFloor) -> anyhow::Result<()> {
    let body = Bytes::from(std::fs::read(&floor.body)?);
    let answer = (StatusCode::from_u16(floor.status)?, headers(&floor.header)?, body);
    let sent = answer.clone();
    let route = get(move || async move { answer }).post(move |_form: Bytes| async move { sent });
    let router = Router::new().route(&floor.path, route);
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(floor.listen).await?;
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))),
            router,
        )
        .await?;
        Ok(())
    })
}

fn headers(lines: &[String]) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").context("a header has a name and a value")?;
        headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
    }
    Ok(headers)
}
