//! The edge of the cluster: Ingress with TLS, and HTTPRoute.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use cluster::{Cluster, Namespace, probe_deployment, report, service};
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::{Value, json};

/// How long until the edge knows a new route, its pods have started and its address is told.
const ROUTED_WITHIN: Duration = Duration::from_secs(180);

#[tokio::test]
async fn an_ingress_serves_tls_by_its_certificate() {
    let cluster = Cluster::connect().await;
    let classes = cluster.all::<IngressClass>().list(&ListParams::default()).await.expect("list classes");
    let Some(class) = classes.iter().map(ResourceExt::name_any).next() else {
        return report("SKIPPED: an_ingress_serves_tls_by_its_certificate: the cluster has no IngressClass");
    };
    let namespace = cluster.namespace("smoke-ingress").await;
    let host = format!("{}.test", namespace.name());
    let folder = tempfile::tempdir().expect("make a folder");
    let made = kit::certificates(folder.path(), &[&host]);
    let read = |path| std::fs::read_to_string(path).expect("read what was made");
    web(&namespace).await;
    namespace
        .apply(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "type": "kubernetes.io/tls",
            "stringData": {"tls.crt": read(&made.server), "tls.key": read(&made.key)},
        }))
        .await;
    let backend = json!({"service": {"name": "web", "port": {"name": "http"}}});
    namespace
        .apply(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
            "spec": {
                "ingressClassName": class,
                "tls": [{"hosts": [host], "secretName": "web"}],
                "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
            },
        }))
        .await;
    let has_address = |ingress: Option<&Ingress>| address_of_ingress(ingress).is_some();
    let ingress = namespace.until("web", "the Ingress has an address", ROUTED_WITHIN, has_address).await;
    let address = address_of_ingress(Some(&ingress)).expect("just seen");

    let authority = reqwest::Certificate::from_pem(read(&made.authority).as_bytes()).expect("a certificate");
    let trusting = |builder: reqwest::ClientBuilder| builder.tls_certs_only([authority.clone()]);
    let url = format!("https://{host}");
    answers(&url, SocketAddr::new(address, 443), trusting).await;

    let strangers_trust = |builder| builder; // the authorities of the web, who know nothing of ours
    let refused = ask(&url, SocketAddr::new(address, 443), strangers_trust).await;
    assert!(refused.is_err(), "a certificate of an unknown authority was taken: {refused:?}");
}

#[tokio::test]
async fn an_http_route_leads_from_the_shared_gateway_to_a_service() {
    let cluster = Cluster::connect().await;
    let gateways = cluster.get("/apis/gateway.networking.k8s.io/v1/gateways").await;
    let gateways =
        gateways.map(|list| list["items"].as_array().cloned().unwrap_or_default()).unwrap_or_default();
    let Some(gateway) = gateways.iter().find(|gateway| is_shared(gateway)) else {
        return report(
            "SKIPPED: an_http_route_leads_from_the_shared_gateway_to_a_service: \
             the cluster has no Gateway that takes routes from all namespaces",
        );
    };
    let namespace = cluster.namespace("smoke-route").await;
    let host = format!("{}.test", namespace.name());
    web(&namespace).await;
    namespace
        .apply(json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web"},
            "spec": {
                "parentRefs": [{"name": gateway["metadata"]["name"], "namespace": gateway["metadata"]["namespace"]}],
                "hostnames": [host],
                "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
            },
        }))
        .await;
    let address = gateway["status"]["addresses"][0]["value"].as_str().expect("the Gateway has an address");
    let address = SocketAddr::new(address.parse().expect("an IP address"), 80);
    answers(&format!("http://{host}"), address, |builder| builder).await;
}

fn is_shared(gateway: &Value) -> bool {
    let listeners = gateway["spec"]["listeners"].as_array().into_iter().flatten();
    let mut plain = listeners.filter(|listener| listener["protocol"] == "HTTP");
    plain.any(|listener| listener["allowedRoutes"]["namespaces"]["from"] == "All")
}

/// A Service `web` with a pod behind it.
async fn web(namespace: &Namespace) {
    namespace.apply(probe_deployment("web", 1)).await;
    namespace.apply(service("web")).await;
}

fn address_of_ingress(ingress: Option<&Ingress>) -> Option<IpAddr> {
    let load_balancer = ingress?.status.as_ref()?.load_balancer.as_ref()?;
    load_balancer.ingress.as_ref()?.first()?.ip.as_ref()?.parse().ok()
}

type Building = reqwest::ClientBuilder;

/// Asks at the address until the Service's pod answers.
async fn answers(url: &str, address: SocketAddr, settings: impl Fn(Building) -> Building) {
    kit::eventually(ROUTED_WITHIN, &format!("{url} answers at {address}"), async || {
        match ask(url, address, &settings).await {
            Ok((200, text)) if text.starts_with("web-") => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

async fn ask(
    url: &str,
    address: SocketAddr,
    settings: impl Fn(Building) -> Building,
) -> Result<(u16, String), String> {
    let host = url.split("://").nth(1).expect("a host");
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).resolve(host, address);
    let client = settings(client).build().expect("a client");
    let answer = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status().as_u16();
    Ok((status, answer.text().await.map_err(|error| error.to_string())?))
}
