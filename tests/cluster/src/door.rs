//! Where shoppers come into a shop: a name at an ingress controller, by TLS or without.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::api::networking::v1::Ingress;
use kit::http::Client;

use crate::Namespace;

/// Longer than the longest answer of a shop with parts down: what hangs has failed.
const ANSWERS_WITHIN: Duration = Duration::from_secs(12);

/// The way in.
#[derive(Clone, Debug)]
pub struct Door {
    /// The name under which shoppers find the shop; the ingress controller tells shops apart by it.
    pub host: String,
    /// Where the ingress controller listens.
    pub address: SocketAddr,
    /// The certificate of the authority that the shop's own is of, as a file; without one, it is plain http.
    pub authority: Option<PathBuf>,
}

impl Door {
    /// The shop's URL.
    pub fn url(&self) -> String {
        let (scheme, usual) = if self.authority.is_some() { ("https", 443) } else { ("http", 80) };
        match self.address.port() {
            port if port == usual => format!("{scheme}://{}", self.host),
            port => format!("{scheme}://{}:{port}", self.host),
        }
    }

    /// Finds the shop's name at the ingress controller, trusts its certificate, and follows no redirections.
    pub fn http(&self) -> Client {
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .resolve(&self.host, self.address)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWERS_WITHIN);
        if let Some(authority) = &self.authority {
            let authority = std::fs::read(authority).expect("read the authority");
            let authority =
                reqwest::Certificate::from_pem(&authority).expect("the authority is a certificate");
            http = http.tls_certs_only([authority]);
        }
        Client::over(self.url(), http.build().expect("build an HTTP client"))
    }
}

/// Where the ingress controller takes requests on this port for an Ingress: `SHOPKEEPER_INGRESS_ADDRESS` (host:port, of
/// https), else what it wrote into the Ingress.
///
/// # Panics
/// If it writes nothing within `deadline`.
pub async fn address_at_ingress(
    namespace: &Namespace,
    ingress: &str,
    port: u16,
    deadline: Duration,
) -> SocketAddr {
    if let Ok(address) = std::env::var("SHOPKEEPER_INGRESS_ADDRESS") {
        return address.parse().expect("SHOPKEEPER_INGRESS_ADDRESS is host:port");
    }
    let found = move |ingress: Option<&Ingress>| {
        let status = ingress?.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref()?.first()?;
        Some(SocketAddr::new(status.ip.as_ref()?.parse().ok()?, port))
    };
    let has_one = move |ingress: Option<&Ingress>| found(ingress).is_some();
    let ingress = namespace.until(ingress, "it has an address", deadline, has_one).await;
    found(Some(&ingress)).expect("it has an address")
}
