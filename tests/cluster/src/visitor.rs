//! A shopper with a browser that knows pages, forms and cookies, and no more.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::eventually;
use kit::http::{Answer, Client};
use tokio::time::sleep;

/// How long it may take until a shop that has just come up takes new customers: it tries again what failed before.
const JOINS_WITHIN: Duration = Duration::from_secs(60);

/// A pace that no limit of requests minds.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// The password of everybody here.
pub const PASSWORD: &str = "a password of tests";

/// Somebody who looks at pages and sends forms.
pub struct Visitor {
    http: Client,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub fn new(http: Client) -> Self {
        Self { http, cookies: BTreeMap::new() }
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn look(&mut self, path: &str) -> Result<Answer, String> {
        let answer = self.http.get(path).header("cookie", &self.cookie()).try_send().await;
        self.take(answer)
    }

    /// Sends a form, and does not follow where the answer leads.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, String> {
        let answer = self.http.post(path).header("cookie", &self.cookie()).form(fields).try_send().await;
        self.take(answer)
    }

    /// Fills in the form for new customers.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn register(&mut self, name: &str) -> Result<Answer, String> {
        let email = format!("{name}@example.com");
        let fields = [
            ("username", name),
            ("password", PASSWORD),
            ("email", &email),
            ("first_name", "Ada"),
            ("last_name", "Lovelace"),
        ];
        self.send("/register", &fields).await
    }

    /// Fills in the form for old ones.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn log_in(&mut self, name: &str) -> Result<Answer, String> {
        self.send("/login", &[("username", name), ("password", PASSWORD)]).await
    }

    /// Becomes a customer and logs in, however often it takes.
    ///
    /// # Panics
    /// If that can't be done within a minute.
    pub async fn join(&mut self, name: &str) {
        eventually(JOINS_WITHIN, &format!("{name} can register and log in"), async || {
            sleep(BETWEEN_TRIES).await;
            // Refused if an earlier try was heard, though not answered.
            let registered = self.register(name).await?;
            let inside = self.log_in(name).await?;
            if inside.status == 303 { Ok(()) } else { Err(format!("{registered}\n{inside}")) }
        })
        .await;
    }

    /// Puts a piece of a product into the basket and checks out; the answer to the checkout.
    ///
    /// # Errors
    /// If something is not answered.
    pub async fn order(&mut self, product: &str) -> Result<Answer, String> {
        self.send("/basket/add", &[("product_id", product), ("quantity", "1")]).await?;
        let page = self.look("/checkout").await?;
        let key = field(&page.text(), "idempotency_key");
        let total = field(&page.text(), "expected_total");
        match key.zip(total) {
            Some((key, total)) => {
                self.send("/checkout", &[("idempotency_key", &key), ("expected_total", &total)]).await
            }
            None => Ok(page), // which says why there is no form
        }
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn take(&mut self, answer: Result<Answer, reqwest::Error>) -> Result<Answer, String> {
        let answer = answer.map_err(|error| format!("{error:?}"))?;
        for line in answer.headers.get_all("set-cookie") {
            let pair = line.to_str().ok().and_then(|line| line.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.into(), value.into());
            }
        }
        Ok(answer)
    }
}

/// The value of a hidden field.
fn field(page: &str, name: &str) -> Option<String> {
    let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
    Some(rest.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_field_is_found_by_its_name() {
        let page = "<input name=\"a\" value=\"1\"><input type=\"hidden\" name=\"key\" value=\"k-2\">";
        assert_eq!(field(page, "key").as_deref(), Some("k-2"));
        assert_eq!(field(page, "total"), None);
    }
}
