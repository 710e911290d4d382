//! Events: what is news about a Shop, for `kubectl describe` and `kubectl events`.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource as _};
use shop::{Shop, ShopStatus};

use super::Guarded;
use crate::api_server::call;
use crate::kind::Kind;
use crate::observe::Observed;
use crate::status::transitions;

/// The conditions whose changes are news, and whether True is good.
const NEWS: [(&str, bool); 6] = [
    ("Ready", true),
    ("Stalled", false),
    ("Browse", true),
    ("Register", true),
    ("LogIn", true),
    ("Order", true),
];
/// The longest note that the API server takes.
const LONGEST_NOTE: usize = 1_000;

/// Writes Events. Losing one loses nothing: the status tells the same.
pub struct Events {
    recorder: Recorder,
}

impl Events {
    pub(super) fn new(client: Client, identity: &str) -> Self {
        let reporter =
            Reporter { controller: "shopkeeper-operator".into(), instance: Some(identity.to_owned()) };
        Self { recorder: Recorder::new(client, reporter) }
    }

    /// Tells what has changed since the status that was observed.
    pub(super) async fn tell(&self, shop: &Shop, observed: &Observed, status: &ShopStatus, made: &[String]) {
        let about = shop.object_ref(&());
        for condition in transitions(&observed.status.conditions, &status.conditions) {
            let Some((_, good)) = NEWS.iter().find(|(name, _)| *name == condition.type_) else { continue };
            let is_good = (condition.status == "True") == *good;
            let action = if is_good { format!("{}Again", condition.type_) } else { condition.reason.clone() };
            let reason = match (condition.type_.as_str(), is_good) {
                ("Stalled", false) => condition.reason.clone(),
                ("Stalled", true) => "Unstalled".to_owned(),
                (about, true) => about.to_owned(),
                (about, false) => format!("No{about}"),
            };
            self.publish(&about, is_good, reason, action, &condition.message).await;
        }
        // Where Pods run already, a new key replaces one that somebody deleted.
        let ran_before =
            observed.all(Kind::StatefulSet).chain(observed.all(Kind::Deployment)).next().is_some();
        for secret in made.iter().filter(|_| ran_before) {
            let note = format!(
                "Secret {secret} was gone or incomplete and is made anew: sessions that hung on it end, and the Pods that \
                 read it are replaced."
            );
            self.publish(&about, false, "SecretRemade".to_owned(), "MadeAnew".to_owned(), &note).await;
        }
    }

    /// A Shop that this version of the operator can't read. Others go on.
    pub(super) async fn unreadable(&self, shop: &Guarded, error: &str) {
        let about = shop.object_ref(&());
        tracing::error!(shop = ?about.name, namespace = ?about.namespace, error, "a Shop cannot be read");
        let note = format!(
            "The Shop cannot be read and is left as it is: {error}. Correct it, or update the operator."
        );
        self.publish(&about, false, "Unreadable".to_owned(), "Read".to_owned(), &note).await;
    }

    async fn publish(
        &self,
        about: &ObjectReference,
        is_good: bool,
        reason: String,
        action: String,
        note: &str,
    ) {
        let event = Event {
            type_: if is_good { EventType::Normal } else { EventType::Warning },
            reason,
            note: Some(note.chars().take(LONGEST_NOTE).collect()),
            action,
            secondary: None,
        };
        if let Err(error) = call("write an event", self.recorder.publish(&event, about)).await {
            tracing::warn!(error = %error, "an event is lost");
        }
    }
}
