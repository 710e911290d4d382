//! The operator as a process: it waits to lead, works, and ends when it is told to or does not lead any more.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::process;
use chassis::shutdown::Shutdown;
use futures::StreamExt;
use kube::{Client, Config};
use tokio::net::TcpListener;

use crate::args::RunArgs;
use crate::controller::{self, Context};
use crate::kind::Kind;
use crate::lease;
use crate::metrics::Metrics;
use crate::observe::{self, Cache, Scope};
use crate::serve::{self, Health};

/// Watches last for almost 5 minutes, and nothing may be heard on them in all this time.
const READ_TIMEOUT: Duration = Duration::from_secs(295);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the operator to its end.
pub fn run(args: RunArgs) -> ExitCode {
    let (format, level) = (args.log_format, args.log_level.clone());
    process::run_logged("operator", env!("CARGO_PKG_VERSION"), None, format, &level, lead(args))
}

async fn lead(args: RunArgs) -> anyhow::Result<()> {
    let shutdown = Shutdown::new();
    let signals = process::watch_signals(shutdown.clone(), Duration::ZERO)?;
    let metrics = Metrics::new();
    let health = Health::new(metrics.clone());
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {} (--listen)", args.listen))?;
    let served = tokio::spawn(serve::serve(listener, health.clone()));
    let client = connect().await?;
    let identity = args.identity.clone().unwrap_or_else(host_name);
    tracing::info!(identity, listen = %args.listen, "the operator waits to lead");

    let acquired = shutdown.unless_draining(lease::acquire(&client, &args.namespace, &identity)).await;
    let Some(mut leadership) = acquired else { return Ok(()) };
    metrics.is_leader.set(1);
    health.begins();
    let work = work(&args, client, metrics.clone(), &identity, &health);
    let end = tokio::select! {
        () = shutdown.draining() => Ok(()),
        () = leadership.keep() => {
            bail!("the Lease is lost: another replica goes on");
        }
        () = work => Err(anyhow::anyhow!("the controllers have ended")),
    };
    health.leaves();
    leadership.release().await;
    served.abort();
    signals.abort();
    tracing::info!("the operator has stopped");
    end
}

/// Looks after all Shops until it is dropped.
async fn work(args: &RunArgs, client: Client, metrics: Metrics, identity: &str, health: &Health) {
    let cache = Arc::new(Cache::default());
    let scopes: Vec<Scope> = match args.watch_namespaces.iter().filter(|name| !name.is_empty()).cloned() {
        names if names.clone().next().is_none() => vec![Scope::All],
        names => names.map(Scope::Namespace).collect(),
    };
    let context =
        Arc::new(Context::new(client.clone(), args.settings.clone(), Arc::clone(&cache), metrics, identity));
    let changes: Vec<_> = scopes.iter().map(|scope| observe::follow(&client, scope, &cache)).collect();
    let first = Kind::ALL.into_iter().filter(|kind| !kind.is_optional()).count();
    // Without knowing what there is, everything would look as if it were missing.
    cache.synced(first * scopes.len()).await;
    let controllers = scopes
        .iter()
        .zip(changes)
        .map(|(scope, changes)| controller::run(&context, scope, changes, args.max_concurrent));
    let (shops, running): (Vec<_>, Vec<_>) = controllers.unzip();
    health.works(shops);
    tracing::info!("the operator works");
    futures::stream::select_all(running.into_iter().map(StreamExt::boxed)).for_each(|()| async {}).await;
}

async fn connect() -> anyhow::Result<Client> {
    let mut config =
        Config::infer().await.context("no cluster: run it inside of one, or name one by KUBECONFIG")?;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(READ_TIMEOUT);
    Client::try_from(config).context("cannot make a client")
}

/// The name of this Pod, or of this machine.
fn host_name() -> String {
    std::env::var("HOSTNAME")
        .or_else(|_| std::fs::read_to_string("/proc/sys/kernel/hostname"))
        .map_or_else(|_| format!("operator-{}", std::process::id()), |name| name.trim().to_owned())
}
