//! A storefront in front of the three services, and a browser without a screen.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use chassis::{Process, clock::Clock, process::Running};
use kit::eventually;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, redirect};
use serde_json::Value;
use storefront::{CatalogueSettings, Peers, Settings, ShopSettings};
use tempfile::TempDir;

use crate::world::Services;

/// Longer than any page may take.
const SOON: Duration = Duration::from_secs(10);

/// A shop: four parts.
pub(crate) struct Shopfront {
    pub(crate) services: Services,
    pub(crate) running: Running,
    http: Client,
    folder: TempDir,
}

/// A browser: cookies, and no redirects that nobody asked for.
pub(crate) struct Browser {
    http: Client,
    base: String,
    jar: Mutex<BTreeMap<String, String>>,
}

/// What a page answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body; references to characters are resolved.
    pub(crate) text: String,
}

impl Shopfront {
    /// Everything is up and the catalogue is known.
    pub(crate) async fn open() -> Self {
        Self::open_at("http://127.0.0.1:8080").await
    }

    /// The same at another public address.
    pub(crate) async fn open_at(public_url: &str) -> Self {
        Self::open_whole(Services::start().await, public_url).await
    }

    /// The same by a clock that the test moves.
    pub(crate) async fn open_by(clock: &Clock) -> Self {
        Self::open_whole(Services::start_at(clock.clone()).await, "http://127.0.0.1:8080").await
    }

    /// A storefront that has seen the catalogue of these services.
    pub(crate) async fn open_whole(services: Services, public_url: &str) -> Self {
        let shop = Self::open_as(services, public_url).await;
        shop.until("its copy is filled", async |shop| {
            let metrics = shop.metrics().await;
            metrics.contains("shop_catalogue_products 3").then_some(()).ok_or("not filled")
        })
        .await;
        for part in ["user", "product", "order"] {
            shop.until_health(part, "up").await;
        }
        shop
    }

    /// A storefront in front of these services, whatever they do.
    pub(crate) async fn open_as(services: Services, public_url: &str) -> Self {
        chassis::process::install_crypto();
        let folder = tempfile::tempdir().expect("a folder");
        let cookie_key_file = folder.path().join("cookie-keys");
        // 32 bytes; nobody else's.
        std::fs::write(&cookie_key_file, format!("{}=\n", "A".repeat(43))).expect("a key file");
        let serve = services.world.keys.serve_args();
        let settings = Settings {
            serve: serve.clone(),
            peers: Peers {
                user_url: services.user.url(),
                product_url: services.product.url(),
                order_url: services.order.url(),
            },
            shop: ShopSettings {
                public_url: public_url.to_owned(),
                title: "Tea <House>".to_owned(),
                locale: "en-IE".to_owned(),
                currency: "EUR".parse().expect("a currency"),
                accent_color: "#2f6f4f".to_owned(),
                cookie_key_file,
            },
            catalogue: CatalogueSettings {
                user_internal_url: services.user.url(),
                product_internal_url: services.product.url(),
                cache_dir: None,
                copy_products: 10_000,
                copy_mib: 32,
            },
        };
        let process =
            Process::new(&serve, "storefront", "0.0.0", services.world.clock.clone()).expect("its files");
        let part = storefront::build(process.clone(), &settings).await.expect("a storefront");
        let running = Running::start(process, part, &serve).await.expect("ports");
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        Self { services, running, http, folder }
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        let base = format!("http://{}", self.running.public);
        Browser { http: self.http.clone(), base, jar: Mutex::default() }
    }

    /// A browser in which this account, made now, is logged in.
    pub(crate) async fn logged_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        browser.register(username).await;
        let answer = browser.log_in(username).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        browser
    }

    /// What the storefront measures.
    pub(crate) async fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.running.internal);
        self.http.get(url).send().await.expect("an answer").text().await.expect("a text")
    }

    /// Waits until the storefront has noticed.
    pub(crate) async fn until_health(&self, part: &str, health: &str) {
        self.until(&format!("{part} is {health}"), async |shop| {
            let status: Value =
                serde_json::from_str(&shop.browser().get("/status.json").await.text).expect("JSON");
            let parts = status["parts"].as_array().expect("parts");
            let seen = parts.iter().find(|entry| entry["part"] == part).expect("the part");
            (seen["health"] == health).then_some(()).ok_or(seen["health"].clone())
        })
        .await;
    }

    async fn until<S: std::fmt::Debug>(&self, what: &str, look: impl AsyncFn(&Self) -> Result<(), S>) {
        eventually(SOON, what, async || look(self).await).await;
    }

    /// Writes other cookie keys.
    pub(crate) fn set_cookie_keys(&self, keys: &str) {
        std::fs::write(self.folder.path().join("cookie-keys"), keys).expect("a key file");
    }
}

impl Browser {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, Some(form), &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).timeout(SOON);
        if let Some(form) = form {
            request = request.form(form);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        self.answer(request).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.keep(&headers);
        let text = unescaped(&response.text().await.expect("a text"));
        Answer { status, headers, text }
    }

    /// Posts a multipart form: texts, and a file.
    pub(crate) async fn upload(&self, path: &str, texts: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        const BOUNDARY: &str = "a-boundary-of-tests";
        let mut body = Vec::new();
        for (name, text) in texts {
            let part =
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .timeout(SOON)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(header::COOKIE, self.cookies())
            .body(body);
        self.answer(request).await
    }

    /// Posts, and goes where the answer leads.
    pub(crate) async fn post_and_follow(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, form).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        self.get(answer.location()).await
    }

    pub(crate) async fn register(&self, username: &str) -> Answer {
        let email = format!("{username}@example.com");
        let form = [
            ("username", username),
            ("password", PASSWORD),
            ("email", &email),
            ("first_name", "Ada"),
            ("last_name", "Lovelace"),
        ];
        self.post("/register", &form).await
    }

    pub(crate) async fn log_in(&self, username: &str) -> Answer {
        self.post("/login", &[("username", username), ("password", PASSWORD)]).await
    }

    pub(crate) async fn add(&self, product_id: &str, quantity: &str) -> Answer {
        self.post_and_follow("/basket/add", &[("product_id", product_id), ("quantity", quantity)]).await
    }

    /// All cookies, as a request carries them.
    pub(crate) fn cookies(&self) -> String {
        let jar = self.jar.lock().expect("no test panicked with it");
        jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().expect("no test panicked with it").get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.jar.lock().expect("no test panicked with it").insert(name.to_owned(), value.to_owned());
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut jar = self.jar.lock().expect("no test panicked with it");
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            let (pair, attributes) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            if attributes.contains("Max-Age=0;") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

pub(crate) const PASSWORD: &str = "a password of tests";

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Whether the page has all of these.
    pub(crate) fn says(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.text.contains(text), "{text:?} is missing in {} {}", self.status, self.text);
        }
    }

    pub(crate) fn says_nothing_of(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.text.contains(text), "{text:?} stands in {} {}", self.status, self.text);
        }
    }

    /// The value of the field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let at = self.text.find(&format!("name=\"{name}\""))?;
        let tag = &self.text[self.text[..at].rfind('<')?..];
        let tag = &tag[..tag.find('>')?];
        let value = &tag[tag.find("value=\"")? + 7..];
        Some(value[..value.find('"')?].to_owned())
    }
}

/// The text with references to characters resolved, as a browser shows it.
fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (reference, character) in
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&"), ("&amp;", "&")]
    {
        text = text.replace(reference, character);
    }
    text
}
