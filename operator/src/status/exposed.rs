//! Whether there is a way in.

use serde_json::Value;

use super::Seen;
use super::conditions::Verdict;
use crate::kind::Kind;

const ABOUT: &str = "Exposed";

pub(super) fn verdict(seen: &Seen) -> Verdict {
    let exposure = &seen.observed.spec.exposure;
    if let Some(ingress) = &exposure.ingress {
        let secret = ingress.tls_secret_name.as_deref().unwrap_or_default();
        if seen.observed.references.certificate == Some(false) {
            let message = format!(
                "Secret {secret} with the certificate is not there, or lacks tls.crt or tls.key: make it, for example by \
                 cert-manager or `kubectl create secret tls {secret} --cert=… --key=…`."
            );
            return Verdict::no(ABOUT, "TlsSecretMissing", message);
        }
        if seen.observed.object(Kind::Ingress, &seen.observed.name).is_none() {
            return Verdict::no(ABOUT, "IngressMissing", "The Ingress is not there yet.");
        }
        let mut message = format!("The Ingress {} leads to {}.", seen.observed.name, seen.plan.url);
        if ingress.tls_secret_name.is_none() {
            message += " Without spec.exposure.ingress.tlsSecretName cookies and passwords cross the network in the clear.";
        }
        return Verdict::yes(ABOUT, "IngressApplied", message);
    }
    if exposure.gateway.is_some() {
        return route(seen);
    }
    let message = format!(
        "Not reached from outside, as spec.exposure.none says. Inside of the cluster it is {}; by hand: \
         `kubectl port-forward service/{}-storefront 8080:80`.",
        seen.plan.url, seen.observed.name
    );
    Verdict::yes(ABOUT, "InsideOnly", message)
}

fn route(seen: &Seen) -> Verdict {
    if !seen.observed.has_kind(Kind::HttpRoute) {
        let message = "The cluster has no HTTPRoute (gateway.networking.k8s.io/v1): install the Gateway API and a \
                       controller for it, or use spec.exposure.ingress.";
        return Verdict::no(ABOUT, "ApiMissing", message);
    }
    let Some(live) = seen.observed.object(Kind::HttpRoute, &seen.observed.name) else {
        return Verdict::no(ABOUT, "RouteMissing", "The HTTPRoute is not there yet.");
    };
    let parents = live.data["status"]["parents"].as_array().cloned().unwrap_or_default();
    let refused = parents
        .iter()
        .flat_map(|parent| parent["conditions"].as_array().cloned().unwrap_or_default())
        .find(|condition: &Value| {
            ["Accepted", "ResolvedRefs"].iter().any(|about| condition["type"] == *about)
                && condition["status"] != "True"
        });
    if let Some(refused) = refused {
        let reason = refused["message"].as_str().unwrap_or_default();
        let message =
            format!("The Gateway does not take the route: {reason} See spec.exposure.gateway.parentRefs.");
        return Verdict::no(ABOUT, "RouteNotAccepted", message);
    }
    if parents.is_empty() {
        let message = "No Gateway has taken the route: is there one of the name in spec.exposure.gateway.parentRefs, and \
                       does it allow routes of this namespace?";
        return Verdict::no(ABOUT, "RouteNotAccepted", message);
    }
    let message = format!("The HTTPRoute {} leads to {}.", seen.observed.name, seen.plan.url);
    Verdict::yes(ABOUT, "RouteAccepted", message)
}
