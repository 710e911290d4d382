//! A part as a process: it starts, serves its two ports, and stops when it is told to.

use crate::{
    args::ServeArgs,
    clock::Clock,
    connections,
    edge::{EdgeLayer, Settings},
    error_pages::ErrorPages,
    identity::Verifier,
    internal,
    metrics::Metrics,
    rate_limit::{Rate, RateLimiter},
    readiness::Readiness,
    secret::ShopSecret,
    shutdown::Shutdown,
    telemetry::{Format, Telemetry},
};
use anyhow::Context;
use axum::Router;
use futures::future::BoxFuture;
use std::{future::Future, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal::unix::SignalKind, task::JoinHandle, time::timeout};

/// The longest life of a connection on the public port.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(60);

/// The longest time that a request on the internal port may take; long polls wait for less.
const INTERNAL_TIMEOUT: Duration = Duration::from_secs(90);

/// What a part is given to build itself with.
#[derive(Clone)]
pub struct Process {
    /// The part: `user`, `product`, `order` or `storefront`.
    pub name: &'static str,
    pub version: &'static str,
    /// The Shop's name.
    pub shop: String,
    pub clock: Clock,
    pub metrics: Metrics,
    pub shutdown: Shutdown,
    pub verifier: Arc<Verifier>,
    pub secret: ShopSecret,
}

/// What a part consists of, once built.
pub struct Part {
    /// Served on the public port.
    pub public: Router,
    /// Served on the internal port behind the Shop's secret, beside health and metrics.
    pub internal: Router,
    pub readiness: Arc<dyn Readiness>,
    /// How people see the errors of the public port; without it they are problems in JSON.
    pub error_pages: Option<Arc<dyn ErrorPages>>,
    /// Awaited when the last request is done: background work ends, the database closes.
    pub drained: BoxFuture<'static, ()>,
}

/// The two ports, bound.
pub struct Listeners {
    pub public: TcpListener,
    pub internal: TcpListener,
}

impl Process {
    /// Reads the files that the settings name.
    ///
    /// # Errors
    /// If a file is missing or bad; the error names its flag.
    pub fn new(
        args: &ServeArgs,
        name: &'static str,
        version: &'static str,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            name,
            version,
            shop: args.shop.clone(),
            metrics: Metrics::new(name, version),
            shutdown: Shutdown::new(),
            verifier: Arc::new(Verifier::open(&args.jwks_file, &args.shop, clock.clone())?),
            secret: ShopSecret::read(&args.shop_secret_file)?,
            clock,
        })
    }
}

impl Listeners {
    /// Binds both ports.
    ///
    /// # Errors
    /// If a port is taken; the error names its flag.
    pub async fn bind(args: &ServeArgs) -> anyhow::Result<Self> {
        let public = TcpListener::bind(args.listen);
        let public = public.await.with_context(|| format!("cannot listen on {} (--listen)", args.listen))?;
        let internal = TcpListener::bind(args.internal_listen).await;
        let internal = internal
            .with_context(|| format!("cannot listen on {} (--internal-listen)", args.internal_listen))?;
        Ok(Self { public, internal })
    }
}

/// Runs a part until SIGTERM or SIGINT, and to the end of what it took on. A second signal ends it at once.
pub fn run<Build, Built>(args: ServeArgs, name: &'static str, version: &'static str, build: Build) -> ExitCode
where
    Build: FnOnce(Process) -> Built,
    Built: Future<Output = anyhow::Result<Part>>,
{
    let (format, level) = (args.log_format, args.log_level.clone());
    let shop = args.shop.clone();
    run_logged(name, version, Some(&shop), format, &level, run_until_signal(args, name, version, build))
}

/// Does the work of a program that logs and runs until it is told to stop; an error is logged and ends it. `shop` is
/// the Shop that it belongs to, if it belongs to one.
pub fn run_logged(
    name: &'static str,
    version: &'static str,
    shop: Option<&str>,
    format: Format,
    level: &str,
    work: impl Future<Output = anyhow::Result<()>>,
) -> ExitCode {
    install_crypto();
    let telemetry = match Telemetry::start(name, version, shop, format, level) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(std::thread::available_parallelism().map_or(2, |cores| cores.get().min(4)))
        .max_blocking_threads(16)
        .thread_name(name)
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(work);
            runtime.shutdown_timeout(Duration::from_secs(1));
            result
        }
        Err(error) => Err(error).context("cannot start threads"),
    };
    let code = match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "{name} cannot go on");
            ExitCode::FAILURE
        }
    };
    telemetry.finish();
    code
}

/// Does a piece of work that ends by itself, such as a backup, as the whole program. What goes wrong is
/// said on standard error.
pub fn run_to_end(name: &str, work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    install_crypto();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Makes aws-lc-rs the crypto provider of this process; a second call changes nothing.
pub fn install_crypto() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

async fn run_until_signal<Build, Built>(
    args: ServeArgs,
    name: &'static str,
    version: &'static str,
    build: Build,
) -> anyhow::Result<()>
where
    Build: FnOnce(Process) -> Built,
    Built: Future<Output = anyhow::Result<Part>>,
{
    let process = Process::new(&args, name, version, Clock::system())?;
    let listeners = Listeners::bind(&args).await?;
    let signalled = watch_signals(process.shutdown.clone(), args.drain_delay)?;
    let part = build(process.clone()).await?;
    tracing::info!(listen = %args.listen, internal_listen = %args.internal_listen, "{name} {version} serves");
    serve_on(listeners, process, part, &args).await;
    signalled.abort();
    tracing::info!("{name} has stopped");
    Ok(())
}

/// On the first signal: not ready, and draining after the delay. On the second: the end.
///
/// # Errors
/// If the system lets nobody watch signals.
pub fn watch_signals(shutdown: Shutdown, drain_delay: Duration) -> anyhow::Result<JoinHandle<()>> {
    let mut terminate =
        tokio::signal::unix::signal(SignalKind::terminate()).context("cannot watch SIGTERM")?;
    let mut interrupt =
        tokio::signal::unix::signal(SignalKind::interrupt()).context("cannot watch SIGINT")?;
    Ok(tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        let at_once = async {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            std::process::exit(1);
        };
        tokio::join!(stop(&shutdown, drain_delay), at_once);
    }))
}

/// The steps of stopping: not ready at once, draining after the delay.
async fn stop(shutdown: &Shutdown, drain_delay: Duration) {
    shutdown.leave();
    tracing::info!("told to stop");
    tokio::time::sleep(drain_delay).await;
    shutdown.drain();
}

/// Serves a part on bound ports until its process drains, and to the end of what it took on.
pub async fn serve_on(listeners: Listeners, process: Process, part: Part, args: &ServeArgs) {
    let public = Settings {
        metrics: process.metrics.clone(),
        verifier: Arc::clone(&process.verifier),
        secret: process.secret.clone(),
        trusted_proxies: args.trusted_proxies.clone(),
        limiter: Some(RateLimiter::new(Rate::per_second(args.requests_per_second), process.clock.clone())),
        request_timeout: args.request_timeout,
        error_pages: part.error_pages,
        is_observed: true,
    };
    let internal = Settings {
        metrics: process.metrics.clone(),
        verifier: Arc::clone(&process.verifier),
        secret: process.secret.clone(),
        trusted_proxies: Vec::new(),
        limiter: None,
        request_timeout: INTERNAL_TIMEOUT,
        error_pages: None,
        is_observed: false,
    };
    let shutdown = process.shutdown;
    let internal_router =
        internal::router(part.internal, process.secret, process.metrics, part.readiness, shutdown.clone());
    let public_router = part.public.layer(EdgeLayer(Arc::new(public)));
    let internal_router = internal_router.layer(EdgeLayer(Arc::new(internal)));
    tokio::join!(
        connections::serve(listeners.public, public_router, Some(MAX_CONNECTION_AGE), shutdown.clone()),
        connections::serve(listeners.internal, internal_router, None, shutdown),
    );
    if timeout(connections::FINISH_TIMEOUT, part.drained).await.is_err() {
        tracing::warn!("background work did not end in time");
    }
}

/// A part that is served within this process: for tests.
pub struct Running {
    pub public: SocketAddr,
    pub internal: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<()>,
}

impl Running {
    /// Serves a part in a task of its own.
    ///
    /// # Errors
    /// If the ports cannot be bound.
    pub async fn start(process: Process, part: Part, args: &ServeArgs) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(args).await?;
        let (public, internal) = (listeners.public.local_addr()?, listeners.internal.local_addr()?);
        let (shutdown, args) = (process.shutdown.clone(), args.clone());
        let served = tokio::spawn(async move { serve_on(listeners, process, part, &args).await });
        Ok(Self { public, internal, shutdown, served })
    }

    /// Drains it and waits for its end.
    ///
    /// # Errors
    /// If serving panicked.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.shutdown.drain();
        self.served.await.context("serving panicked")
    }
}
