//! What a Shop refers to and others made: first products, a staff login, connections, a certificate.

mod certificate;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{Api, Client};
use serde_json::json;
use shop::ShopSpec;

use crate::api_server::{self, CallError};
use crate::component::{Part, connections};
use crate::digest;

/// Whether something that a Shop refers to is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The field of the Shop that names it.
    pub field: String,
    /// `Secret tea-staff`
    pub object: String,
    /// What is missing of it, as a sentence without its end; `None` if all is there.
    pub problem: Option<String>,
}

/// Somebody else's database, as its Secret tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The Secret's name.
    pub secret: String,
    /// Changes when the Secret does.
    pub digest: String,
    /// The port of the server.
    pub port: u16,
}

/// What a Shop refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    pub found: Vec<Reference>,
    pub external: BTreeMap<Part, External>,
    /// Whether the certificate of the shop's address is there, if one is named.
    pub certificate: Option<bool>,
    /// When that certificate ends, in unix seconds, if it can be read.
    pub certificate_ends: Option<i64>,
}

impl References {
    /// What is not as the Shop says.
    pub fn problems(&self) -> impl Iterator<Item = &Reference> {
        self.found.iter().filter(|reference| reference.problem.is_some())
    }
}

/// Asks for all that a Shop refers to.
///
/// # Errors
/// If the API server does not answer.
pub async fn ask(client: &Client, namespace: &str, spec: &ShopSpec) -> Result<References, CallError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let mut references = References::default();
    if let Some(catalogue) = &spec.catalogue {
        let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
        let name = &catalogue.config_map_ref.name;
        let map = api_server::call("read the catalogue's ConfigMap", maps.get_opt(name)).await?;
        let problem = match map {
            None => Some("is not there".to_owned()),
            Some(map) => {
                let has_key = map.data.is_some_and(|data| data.contains_key("catalogue.csv"))
                    || map.binary_data.is_some_and(|data| data.contains_key("catalogue.csv"));
                (!has_key).then(|| "has no key catalogue.csv".to_owned())
            }
        };
        references.note("spec.catalogue.configMapRef", "ConfigMap", name, problem);
    }
    if let Some(staff) = &spec.staff {
        let name = &staff.secret_ref.name;
        let secret = api_server::call("read the staff's Secret", secrets.get_opt(name)).await?;
        let problem = missing_keys(secret.as_ref(), &["username", "password"]);
        references.note("spec.staff.secretRef", "Secret", name, problem);
    }
    if let Some(external) = &spec.database.external {
        for (part, name) in connections(external) {
            let secret = api_server::call("read a database's Secret", secrets.get_opt(name)).await?;
            let problem = missing_keys(secret.as_ref(), &["uri"]).or_else(|| {
                let secret = secret.as_ref()?;
                let uri = String::from_utf8_lossy(&secret.data.as_ref()?.get("uri")?.0).into_owned();
                let Some(port) = port_of(uri.trim()) else {
                    return Some("holds no postgres:// address in its key uri".to_owned());
                };
                let digest = digest::of(&json!(secret.data));
                references.external.insert(part, External { secret: name.to_owned(), digest, port });
                None
            });
            let field = format!("spec.database.external.{}.secretRef", part.name());
            references.note(&field, "Secret", name, problem);
        }
    }
    let ingress = spec.exposure.ingress.as_ref();
    if let Some(name) = ingress.and_then(|ingress| ingress.tls_secret_name.as_ref()) {
        let secret = api_server::call("read the certificate's Secret", secrets.get_opt(name)).await?;
        references.certificate = Some(missing_keys(secret.as_ref(), &["tls.crt", "tls.key"]).is_none());
        let chain = secret.and_then(|secret| secret.data?.remove("tls.crt"));
        references.certificate_ends =
            chain.and_then(|chain| certificate::expiry(&String::from_utf8_lossy(&chain.0)));
    }
    Ok(references)
}

impl References {
    fn note(&mut self, field: &str, kind: &str, name: &str, problem: Option<String>) {
        self.found.push(Reference { field: field.to_owned(), object: format!("{kind} {name}"), problem });
    }
}

fn missing_keys(secret: Option<&Secret>, keys: &[&str]) -> Option<String> {
    let Some(secret) = secret else { return Some("is not there".to_owned()) };
    let has = |key: &str| {
        let value = secret.data.as_ref().and_then(|data| data.get(key));
        value.is_some_and(|value| !value.0.is_empty())
    };
    let missing: Vec<&str> = keys.iter().copied().filter(|key| !has(key)).collect();
    (!missing.is_empty()).then(|| format!("has no key {}", missing.join(" and no key ")))
}

/// The port in `postgres://user:password@host:port/name?…`, 5432 if it names none.
fn port_of(uri: &str) -> Option<u16> {
    let rest = uri.strip_prefix("postgres://").or_else(|| uri.strip_prefix("postgresql://"))?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let after_name = host.rsplit_once(']').map_or(host, |(_, after)| after);
    match after_name.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => (!host.is_empty()).then_some(5432),
    }
}

#[cfg(test)]
mod tests {
    use super::port_of;

    #[test]
    fn the_port_of_a_connection_is_known() {
        for (uri, port) in [
            ("postgres://shop:secret@db.example.com/user", Some(5432)),
            ("postgresql://shop:secret@db.example.com:6432/user?sslmode=verify-full", Some(6432)),
            ("postgres://shop@[::1]:7000/user", Some(7000)),
            ("postgres://shop@[::1]/user", Some(5432)),
            ("mysql://db/user", None),
            ("postgres://shop@db:many/user", None),
        ] {
            assert_eq!(port_of(uri), port, "{uri}");
        }
    }
}
