//! What people say to the shop stays out of its logs, traces and metrics: distinctive words are said through every
//! form and route, and looked for in all that the parts tell of themselves.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State};
use kit::http::{Answer, Client};
use kit::postgres::{Server, Settings};
use kit::shop::{Part, Shop};
use reqwest::Method;
use serde_json::{Value, json};

use crate::shopper::stocked;

/// In everything that is said, in one case or another.
const MARK: &str = "qxv7";

const USERNAME: &str = "qxv7username";
const EMAIL: &str = "qxv7email@example.com";
const PASSWORD: &str = "qxv7 password of a person";
const NEW_PASSWORD: &str = "qxv7 another password";
const ADDRESS: &str = "qxv7 Tea Lane\nLondon";

/// Takes spans in, as a collector of traces does.
struct Collector {
    url: String,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    async fn start() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let take = async |State(received): State<Arc<Mutex<Vec<u8>>>>, body: Bytes| {
            received.lock().expect("no panic holds it").extend_from_slice(&body);
        };
        let router = Router::new().fallback(take).with_state(Arc::clone(&received));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// What is text of it; names and values of spans are sent as they are.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().expect("no panic holds it")).into_owned()
    }
}

/// A browser with all cookies that it was given.
struct Browser {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(shop: &Shop) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let base = shop.client(Part::Storefront).base().to_owned();
        Self { client: Client::over(base, http.expect("an HTTP client")), cookies: Vec::new() }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, form).await
    }

    async fn send(&mut self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let has_body = method == Method::POST;
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, path).header("cookie", &cookies.join("; "));
        let answer = if has_body { request.form(form) } else { request }.send().await;
        for line in answer.headers.get_all("set-cookie") {
            let pair = line.to_str().expect("a cookie").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a name and a value");
            self.cookies.retain(|(other, _)| other != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

/// The value of a field of a form.
fn field(page: &Answer, name: &str) -> String {
    let text = page.text();
    let at = text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {page}"));
    let tag = &text[text[..at].rfind('<').expect("a tag")..];
    let value = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("{name} has no value in {page}")).to_owned()
}

/// Says it all to the pages; what must not be told anywhere.
async fn visit_the_pages(shop: &Shop, product: i64) -> Vec<String> {
    let mut browser = Browser::new(shop);
    let account = [
        ("username", USERNAME),
        ("password", PASSWORD),
        ("email", EMAIL),
        ("first_name", "Qxv7first"),
        ("last_name", "Qxv7last"),
    ];
    browser.post("/register", &account).await.expect(303);
    // Taken: the database says by which value.
    for _ in 0..2 {
        let again = browser.post("/register", &account).await;
        assert!(again.status >= 400, "{again}");
    }
    let wrong = [("username", USERNAME), ("password", "qxv7 not the password")];
    assert!(browser.post("/login", &wrong).await.status >= 400);
    browser.post("/login", &[("username", USERNAME), ("password", PASSWORD)]).await.expect(303);
    let mut secrets: Vec<String> =
        browser.cookies.iter().map(|(_, value)| value.clone()).filter(|value| value.len() >= 16).collect();
    for path in [
        "/",
        "/?q=qxv7search",
        "/product/qxv7-product",
        "/qxv7-nowhere",
        "/login?next=/qxv7next",
        "/account",
        "/staff/customers?q=qxv7customer",
        "/media/qxv7",
        "/assets/qxv7.css",
    ] {
        browser.get(path).await;
    }
    let product = product.to_string();
    browser.post("/basket/add", &[("product_id", &product), ("quantity", "1")]).await.expect(303);
    browser.post("/basket/add", &[("product_id", "qxv7"), ("quantity", "qxv7")]).await;
    let page = browser.get("/checkout").await.expect(200);
    let (key, total) = (field(&page, "idempotency_key"), field(&page, "expected_total"));
    let checkout = [
        ("idempotency_key", key.as_str()),
        ("expected_total", total.as_str()),
        ("delivery_name", "Qxv7 Person"),
        ("delivery_address", ADDRESS),
    ];
    // While nobody takes orders, and then once more.
    shop.stop(Part::Order).await;
    let paused = browser.post("/checkout", &checkout).await;
    assert_eq!(paused.status, 503, "{paused}");
    shop.start_part(Part::Order).await;
    kit::eventually(crate::SOON, "the checkout is accepted", async || {
        match browser.post("/checkout", &checkout).await {
            answer if answer.status == 303 => Ok(()),
            answer => Err(answer.status),
        }
    })
    .await;
    browser.get("/orders").await.expect(200);
    let passwords = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    browser.post("/account/password", &passwords).await;
    secrets.extend(browser.cookies.iter().map(|(_, value)| value.clone()).filter(|value| value.len() >= 16));
    browser.post("/logout", &[]).await;
    let mut forger = Browser::new(shop);
    forger.cookies =
        vec![("session".into(), "qxv7session".into()), ("__Host-session".into(), "qxv7host".into())];
    forger.get("/orders").await;
    secrets
}

/// Says it all to the routes for programs; what must not be told anywhere.
async fn visit_the_interfaces(shop: &Shop, product: i64) -> Vec<String> {
    let user = shop.client(Part::User);
    let account = json!({"first_name": "Qxv7first", "last_name": "Qxv7last", "email": "qxv7api@example.com",
        "username": "qxv7api", "password": PASSWORD});
    user.post("/api/user/create").json(&account).send().await.expect(200);
    user.post("/api/user/create").json(&account).send().await;
    user.post("/api/user/create").json(json!({"username": [MARK], "email": MARK})).send().await;
    user.post("/api/user/create").body("application/json", "{\"username\": qxv7").send().await;
    user.get("/api/user/qxv7api/exists").send().await.expect(200);
    user.get("/api/user/qxv7nobody/exists").send().await;
    let login = json!({"username": "qxv7api", "password": PASSWORD});
    let keys = user.post("/api/user/login").json(login).send().await.expect_json(200);
    user.post("/api/user/login").json(json!({"username": "qxv7api", "password": "qxv7 wrong"})).send().await;
    let refreshed = json!({"refresh_token": keys["refresh_token"]});
    let new_keys = user.post("/api/user/refresh").json(refreshed).send().await.expect_json(200);
    user.post("/api/user/refresh").json(json!({"refresh_token": "qxv7refresh"})).send().await;
    let key = new_keys["api_key"].as_str().expect("a key");
    let order = shop.client(Part::Order).with_key(key);
    order.post("/api/order/add-item").form([("product_id", product), ("qty", 1)]).send().await.expect(200);
    order.post("/api/order/add-item").form([("product_id", MARK), ("qty", MARK)]).send().await;
    let checkout = json!({"delivery_name": "Qxv7 Person", "delivery_address": ADDRESS});
    order
        .post("/api/order/checkout")
        .json(checkout)
        .header("idempotency-key", "qxv7-key")
        .send()
        .await
        .expect(200);
    order.get("/api/order/qxv7").send().await;
    for part in [Part::User, Part::Product, Part::Order, Part::Storefront] {
        let client = shop.client(part);
        client.with_key("qxv7key").get("/api/orders").send().await;
        client.get("/api/products?q=qxv7search&sort=qxv7").send().await;
        client
            .get("/qxv7/nowhere?qxv7")
            .header("user-agent", "qxv7agent")
            .header("traceparent", MARK)
            .send()
            .await;
        let forwarded = client.get("/").header("x-forwarded-for", "qxv7, 203.0.113.77");
        forwarded.header("referer", "http://qxv7.example").send().await;
    }
    let staff = shop.client(Part::User).with_key(shop.staff_key().await);
    staff.get("/api/users?q=qxv7").send().await;
    user.with_key(key).post("/api/user/logout").send().await;
    [&keys["api_key"], &keys["refresh_token"], &new_keys["api_key"], &new_keys["refresh_token"]]
        .into_iter()
        .map(|value| value.as_str().expect("a text").to_owned())
        .chain(["203.0.113.77".to_owned()])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_people_say_is_found_in_logs_traces_or_metrics() {
    let collector = Collector::start().await;
    let server = Server::start(Settings::default()).await;
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str())];
    let mut shop = Shop::start_in(&environment, &["--log-format", "json", "--postgres", &server.url()]).await;
    let product = stocked(&shop, "Discreet tea", 50).await;
    let mut secrets = visit_the_pages(&shop, product).await;
    secrets.extend(visit_the_interfaces(&shop, product).await);
    let mut metrics = String::new();
    for part in Part::ALL {
        metrics += &shop.internal(part).get("/metrics").send().await.expect(200).text();
    }
    // What is left of logs and spans is written when the parts end.
    shop.close();
    let (log, spans) = (shop.log(), collector.text());

    // That all of it was looked at:
    for route in ["/api/user/login", "/api/order/checkout", "/api/products", "/register"] {
        for (told, text) in [("log", &log), ("spans", &spans), ("metrics", &metrics)] {
            assert!(text.contains(route), "the {told} tell nothing of {route}");
        }
    }
    assert!(secrets.len() >= 6, "{} cookies and keys", secrets.len());
    secrets.push(MARK.to_owned());
    for (told, text) in [("log", log.as_str()), ("spans", &spans), ("metrics", &metrics)] {
        let lower = text.to_ascii_lowercase();
        for secret in &secrets {
            // Of a key, its last part alone would do for nobody, but must not be told either.
            let telling = secret.rsplit('.').next().filter(|last| last.len() > 20).unwrap_or(secret);
            let Some(at) = lower.find(&telling.to_ascii_lowercase()) else { continue };
            let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let rest = text[line..].lines().next().unwrap_or_default();
            panic!("{telling:?} is told in the {told}: {rest}");
        }
    }
    every_request_is_one_line_of_a_kind(&log);
}

fn every_request_is_one_line_of_a_kind(log: &str) {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let requests: Vec<Value> =
        lines.filter(|line| line["target"] == "request" && line["level"] == "INFO").collect();
    assert!(requests.len() > 50, "{} requests", requests.len());
    for line in &requests {
        let mut members: Vec<_> = line.as_object().expect("an object").keys().map(String::as_str).collect();
        members.sort_unstable();
        let expected = [
            "database_ms",
            "duration_ms",
            "level",
            "method",
            "part",
            "peer_calls",
            "peer_ms",
            "route",
            "shop",
            "status",
            "target",
            "time",
            "trace_id",
        ];
        assert_eq!(members, expected, "{line}");
        assert_eq!(line["shop"], requests[0]["shop"], "{line}");
    }
    let spends = |part: &str, member: &str| {
        let of_part = requests.iter().filter(|line| line["part"] == part);
        of_part.filter_map(|line| line[member].as_f64()).sum::<f64>() > 0.0
    };
    for (part, member, does) in [
        ("user", "database_ms", true),
        ("product", "database_ms", true),
        ("order", "database_ms", true),
        ("storefront", "database_ms", false),
        ("storefront", "peer_calls", true),
        ("storefront", "peer_ms", true),
        ("order", "peer_calls", false),
    ] {
        assert_eq!(spends(part, member), does, "{part} {member}");
    }
}
