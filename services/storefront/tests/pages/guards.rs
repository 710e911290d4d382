//! What other sites make a browser send, what no browser sends, and what every answer carries.

use crate::shopfront::{Browser, Shopfront};
use reqwest::Method;

async fn add(browser: &Browser, headers: &[(&str, &str)]) -> u16 {
    browser.send(Method::POST, "/basket/add", Some(&[("product_id", "1")]), headers).await.status
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let shop = Shopfront::open_at("https://tea.example.com").await;
    let browser = shop.browser();
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "https://evil.example.com")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://tea.example.com")],
    ] {
        assert_eq!(add(&browser, headers).await, 403, "{headers:?}");
    }
    assert_eq!(browser.cookies(), "", "nothing has happened");
    let refused = browser.send(Method::POST, "/logout", Some(&[]), &[("sec-fetch-site", "cross-site")]).await;
    refused.says(&["This door is locked", "id=\"support-code\"", "Tea <House>"]);

    let host = format!("http://{}", shop.running.public);
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://tea.example.com")],
        &[("origin", &host)],
        &[],
    ] {
        assert_eq!(add(&browser, headers).await, 303, "{headers:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_same_guards() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    for path in [
        "/",
        "/product/sencha",
        "/product/nothing",
        "/nowhere",
        "/basket",
        "/orders",
        "/assets/none.css",
        "/status.json",
        "/robots.txt",
    ] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
    for path in ["/", "/basket", "/login", "/nowhere"] {
        assert_eq!(browser.get(path).await.header("cache-control"), "private, no-store", "{path}");
    }
    assert_eq!(browser.get("/").await.header("strict-transport-security"), "");
    let secure = Shopfront::open_at("https://tea.example.com").await;
    assert!(secure.browser().get("/").await.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn errors_are_pages_with_a_support_code() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    let long = "a".repeat(70_000);
    for (answer, status) in [
        (browser.get("/nowhere").await, 404),
        (browser.get("/orders/seven").await, 404),
        (browser.send(Method::DELETE, "/basket", None, &[]).await, 405),
        (browser.get("/basket/add").await, 405),
        (browser.post("/login", &[("username", &long)]).await, 413),
        (browser.send(Method::GET, "/", None, &[("x-long", &long[..17_000])]).await, 431),
    ] {
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let code = &answer.header("traceresponse")[3..35];
        answer.says(&["id=\"support-code\"", code, "Tea <House>", "id=\"main\""]);
    }
    assert_eq!(browser.send(Method::DELETE, "/basket", None, &[]).await.header("allow"), "GET,HEAD,OPTIONS");
}

#[tokio::test]
async fn head_works_and_get_changes_nothing() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    let before = shop.services.world.known().orders.clone();
    for path in
        ["/", "/product/sencha", "/basket", "/checkout", "/orders", "/account", "/logout", "/order/thank-you"]
    {
        let head = browser.send(Method::HEAD, path, None, &[]).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    assert_eq!(shop.services.world.known().orders, before);
    assert_eq!(browser.get("/account").await.status, 200, "still logged in");
}
