//! A bare axum route: the same bytes, from as many threads as a part has.

use axum::{Router, body::Bytes, http::header, routing::get};
use std::{net::SocketAddr, path::Path};

/// Serves the content of a file on one path until it is killed.
///
/// # Errors
/// The file or the port is not to be had.
pub(crate) fn serve(listen: SocketAddr, path: &str, body: &Path) -> anyhow::Result<()> {
    let body = Bytes::from(std::fs::read(body)?);
    let route = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], body) });
    let router = Router::new().route(path, route);
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))),
            router,
        )
        .await?;
        Ok(())
    })
}
