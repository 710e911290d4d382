//! The loop: whenever a Shop or anything of it changes, the five stages.

mod backoff;
mod events;

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use kube::core::{DeserializeGuard, DynamicObject};
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher;
use kube::{Api, Client};
use serde_json::json;
use shop::{Shop, ShopStatus};
use thiserror::Error;

use crate::api_server::{CallError, call};
use crate::apply::{self, FIELD_MANAGER};
use crate::build::{self, RandomKeys, Secrets};
use crate::changes;
use crate::kind::Kind;
use crate::metrics::Metrics;
use crate::observe::{Cache, Changes, Observed, Owner, References, Scope, references};
use crate::plan::Plan;
use crate::settings::Settings;
use crate::status;

use backoff::Backoff;
pub use events::Events;

/// A Shop, or why it could not be understood.
pub type Guarded = DeserializeGuard<Shop>;

/// How long a reconcile may take; each of its calls has a limit of its own.
const RECONCILE_TIMEOUT: Duration = Duration::from_secs(120);
/// Changes that come together are one.
const DEBOUNCE: Duration = Duration::from_millis(200);
/// How soon to look again at a Shop that is not as it should be: what it refers to is not watched, and time passes.
const AGAIN_UNREADY: Duration = Duration::from_secs(10);
/// How soon to look again at a Shop with connections that others may change.
const AGAIN_REFERRING: Duration = Duration::from_secs(60);
/// How soon to look again at a Shop of which nothing is heard.
const AGAIN: Duration = Duration::from_secs(300);

/// What all reconciles share.
pub struct Context {
    pub client: Client,
    pub settings: Settings,
    pub cache: Arc<Cache>,
    pub metrics: Metrics,
    pub events: Events,
    pub backoff: Backoff,
}

/// Why a reconcile has to be tried again.
#[derive(Debug, Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("not done within {} s", RECONCILE_TIMEOUT.as_secs())]
    TimedOut,
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl ReconcileError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Call(error) => error.reason(),
            Self::TimedOut => "timeout",
            Self::Other(_) => "other",
        }
    }
}

impl Context {
    /// What a program works with.
    pub fn new(
        client: Client,
        settings: Settings,
        cache: Arc<Cache>,
        metrics: Metrics,
        identity: &str,
    ) -> Self {
        let events = Events::new(client.clone(), identity);
        Self { client, settings, cache, metrics, events, backoff: Backoff::default() }
    }
}

/// Looks after the Shops of a scope until the future is polled no more. Returns them as they are known, too.
pub fn run(
    context: &Arc<Context>,
    scope: &Scope,
    changes: Changes,
    concurrency: u16,
) -> (Store<Guarded>, impl Stream<Item = ()> + use<>) {
    let shops: Api<Guarded> = match scope {
        Scope::All => Api::all(context.client.clone()),
        Scope::Namespace(name) => Api::namespaced(context.client.clone(), name),
    };
    let touched = futures::stream::unfold(changes, |mut changes| async {
        let owner = changes.recv().await?;
        Some((ObjectRef::<Guarded>::new(&owner.shop).within(&owner.namespace), changes))
    });
    let controller = Controller::new(shops, watcher::Config::default().timeout(280))
        .with_config(Config::default().debounce(DEBOUNCE).concurrency(concurrency))
        .reconcile_on(touched);
    let store = controller.store();
    let done = controller.run(reconcile, on_error, Arc::clone(context)).map(|result| {
        if let Err(error) = result {
            // Errors of reconciles were told by `on_error`; these are of the queue and of watches.
            tracing::debug!(error = %error, "the controller goes on");
        }
    });
    (store, done)
}

async fn reconcile(guarded: Arc<Guarded>, context: Arc<Context>) -> Result<Action, ReconcileError> {
    let began = std::time::Instant::now();
    let done = tokio::time::timeout(RECONCILE_TIMEOUT, reconcile_one(&guarded, &context)).await;
    let result = done.unwrap_or(Err(ReconcileError::TimedOut));
    let outcome = if result.is_ok() { "success" } else { "error" };
    let duration = context.metrics.reconcile_duration.with_label_values(&[outcome]);
    duration.observe(began.elapsed().as_secs_f64());
    if result.is_ok() {
        context.backoff.forget(&ObjectRef::from_obj(guarded.as_ref()));
    }
    result
}

fn on_error(guarded: Arc<Guarded>, error: &ReconcileError, context: Arc<Context>) -> Action {
    let place = ObjectRef::from_obj(guarded.as_ref());
    let pause = context.backoff.next(&place);
    context.metrics.reconcile_errors.with_label_values(&[error.reason()]).inc();
    if error.reason() == "conflict" {
        tracing::info!(shop = %place, error = %error, "something changed meanwhile");
    } else {
        tracing::warn!(shop = %place, error = %error, again_in_ms = pause.as_millis(), "a reconcile failed");
    }
    Action::requeue(pause)
}

async fn reconcile_one(guarded: &Guarded, context: &Context) -> Result<Action, ReconcileError> {
    let shop = match &guarded.0 {
        Ok(shop) => shop,
        Err(invalid) => {
            context.events.unreadable(guarded, &invalid.error).await;
            return Ok(Action::await_change());
        }
    };
    if shop.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    let observed = observe(shop, context).await?;
    context.metrics.certificate(shop, observed.references.certificate_ends);
    let plan = Plan::of(&observed, &context.settings);
    let secrets = Secrets::of(&observed, &plan, &mut RandomKeys)?;
    let children = build::children(&observed, &plan, &context.settings, &secrets);
    let mut changes = changes::decide(&observed, &plan, &children);
    if observed.spec.paused {
        changes.now.clear();
    }
    let outcome = apply::carry_out(&context.client, &observed, &changes.now, &context.metrics).await?;
    if outcome.begin_again {
        return Ok(Action::requeue(Duration::from_secs(1)));
    }
    let status = status::of(&observed, &plan, &changes, &outcome);
    if status != observed.status {
        write_status(context, &observed, &status).await?;
    }
    context.events.tell(shop, &observed, &status, &secrets.made).await;
    Ok(again(&observed, &status))
}

async fn observe(shop: &Shop, context: &Context) -> Result<Observed, CallError> {
    let mut observed = Observed::nothing_of(shop, Timestamp::now());
    let owner = Owner { namespace: observed.namespace.clone(), shop: observed.name.clone() };
    observed.objects = context.cache.objects(&owner);
    observed.optional_kinds = context.cache.optional_kinds();
    find_volumes(&mut observed, context).await?;
    observed.references = references::ask(&context.client, &observed.namespace, &observed.spec).await?;
    Ok(observed)
}

/// A volume of which no watch tells may only have lost its labels.
async fn find_volumes(observed: &mut Observed, context: &Context) -> Result<(), CallError> {
    let kind = Kind::PersistentVolumeClaim;
    let claims: Api<DynamicObject> =
        Api::namespaced_with(context.client.clone(), &observed.namespace, &kind.resource());
    for volume in observed.status.volumes.clone() {
        if observed.object(kind, &volume.claim).is_some() {
            continue;
        }
        let there = call("look for a volume", claims.get_opt(&volume.claim)).await?;
        if let Some(there) = there.filter(|there| there.metadata.uid.as_ref() == Some(&volume.uid)) {
            observed.objects.insert((kind, volume.claim), Arc::new(there));
        }
    }
    Ok(())
}

async fn write_status(context: &Context, observed: &Observed, status: &ShopStatus) -> Result<(), CallError> {
    // What is absent is null, or else a merge would keep it.
    let patch = json!({"status": {
        "observedGeneration": status.observed_generation,
        "url": status.url,
        "version": status.version,
        "parts": status.parts,
        "volumes": (!status.volumes.is_empty()).then_some(&status.volumes),
        "conditions": status.conditions,
    }});
    let shops: Api<Shop> = Api::namespaced(context.client.clone(), &observed.namespace);
    context.metrics.api_writes.with_label_values(&["Shop", "status"]).inc();
    let params =
        PatchParams { field_manager: Some(format!("{FIELD_MANAGER}-status")), ..PatchParams::default() };
    match call("write the status", shops.patch_status(&observed.name, &params, &Patch::Merge(patch))).await {
        // The Shop is gone meanwhile.
        Err(error) if error.is_not_found() => Ok(()),
        other => other.map(|_| ()),
    }
}

fn again(observed: &Observed, status: &ShopStatus) -> Action {
    let is_ready =
        status.conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
    if !is_ready {
        Action::requeue(AGAIN_UNREADY)
    } else if observed.references == References::default() {
        Action::requeue(AGAIN)
    } else {
        Action::requeue(AGAIN_REFERRING)
    }
}
