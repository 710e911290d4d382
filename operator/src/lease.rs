//! Which replica works: the one that holds the Lease. It is taken and kept by comparing and swapping, so two never
//! hold it; whether a holder is gone is judged by this process's own clock, never by the holder's.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::time::Instant;

use crate::api_server::{CallError, call};

/// The name of the Lease.
const NAME: &str = "shopkeeper-operator";
/// How long a Lease holds that is not renewed.
const LASTS: Duration = Duration::from_secs(15);
/// A leader that could not renew for so long stops: before another may begin.
const GIVES_UP: Duration = Duration::from_secs(10);
/// How often it is renewed, or tried to be had.
const EVERY: Duration = Duration::from_secs(2);

/// A Lease that this process holds.
pub struct Leadership {
    api: Api<Lease>,
    identity: String,
    held: Lease,
    renewed: Instant,
}

/// Waits until this process is the leader.
pub async fn acquire(client: &Client, namespace: &str, identity: &str) -> Leadership {
    let api: Api<Lease> = Api::namespaced(client.clone(), namespace);
    let mut seen: Option<(String, Instant)> = None;
    loop {
        match attempt(&api, identity, &mut seen).await {
            Ok(Some(held)) => {
                tracing::info!(identity, "leading");
                return Leadership { api, identity: identity.to_owned(), held, renewed: Instant::now() };
            }
            Ok(None) => {}
            // Another was quicker.
            Err(error) if error.is_conflict() => {}
            Err(error) => tracing::warn!(error = %error, "cannot try to lead"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Takes the Lease if nobody holds it, or its holder has not been heard of for as long as it lasts.
async fn attempt(
    api: &Api<Lease>,
    identity: &str,
    seen: &mut Option<(String, Instant)>,
) -> Result<Option<Lease>, CallError> {
    let Some(lease) = call("read the Lease", api.get_opt(NAME)).await? else {
        let metadata = ObjectMeta { name: Some(NAME.to_owned()), ..ObjectMeta::default() };
        let lease = Lease { metadata, spec: Some(spec(identity, 0)) };
        return call("make the Lease", api.create(&PostParams::default(), &lease)).await.map(Some);
    };
    let version = lease.metadata.resource_version.clone().unwrap_or_default();
    let since = match seen {
        Some((known, since)) if *known == version => *since,
        _ => {
            *seen = Some((version, Instant::now()));
            Instant::now()
        }
    };
    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()).unwrap_or_default();
    if !(holder.is_empty() || holder == identity || since.elapsed() > LASTS) {
        return Ok(None);
    }
    let turns = lease.spec.as_ref().and_then(|spec| spec.lease_transitions).unwrap_or(0);
    let mine = Lease { metadata: lease.metadata, spec: Some(spec(identity, turns.saturating_add(1))) };
    // With the version that was read: if anybody wrote meanwhile, it fails.
    call("take the Lease", api.replace(NAME, &PostParams::default(), &mine)).await.map(Some)
}

fn spec(identity: &str, transitions: i32) -> LeaseSpec {
    let now = MicroTime(Timestamp::now());
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(LASTS.as_secs()).ok(),
        acquire_time: Some(now.clone()),
        renew_time: Some(now),
        lease_transitions: Some(transitions),
        ..LeaseSpec::default()
    }
}

impl Leadership {
    /// Keeps the Lease. Returns when it is lost: then this process must not write any more.
    pub async fn keep(&mut self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Some(spec) = &mut self.held.spec {
                spec.renew_time = Some(MicroTime(Timestamp::now()));
            }
            let params = PostParams::default();
            let left = GIVES_UP.saturating_sub(self.renewed.elapsed());
            let renewal = call("renew the Lease", self.api.replace(NAME, &params, &self.held));
            match tokio::time::timeout(left, renewal).await {
                Ok(Ok(held)) => {
                    self.held = held;
                    self.renewed = Instant::now();
                }
                Ok(Err(error)) if error.is_conflict() || error.is_not_found() => {
                    // Somebody touched it. Only if it says another's name it is lost.
                    if !self.is_still_mine().await {
                        return;
                    }
                }
                Ok(Err(error)) => tracing::warn!(error = %error, "cannot renew the Lease"),
                Err(_) => {}
            }
            if self.renewed.elapsed() >= GIVES_UP {
                return;
            }
        }
    }

    async fn is_still_mine(&mut self) -> bool {
        let Ok(Some(lease)) = call("read the Lease", self.api.get_opt(NAME)).await else { return false };
        let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
        let is_mine = holder.as_deref() == Some(self.identity.as_str());
        self.held = lease;
        is_mine
    }

    /// Gives the Lease away, so that another need not wait.
    pub async fn release(mut self) {
        if let Some(spec) = &mut self.held.spec {
            spec.holder_identity = Some(String::new());
        }
        if let Err(error) =
            call("release the Lease", self.api.replace(NAME, &PostParams::default(), &self.held)).await
        {
            tracing::warn!(error = %error, "the Lease is not released");
        }
    }
}
