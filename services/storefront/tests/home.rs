//! The page at `/`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use storefront::{Peers, router};
use tower::ServiceExt;

fn peers(user_url: &str) -> Peers {
    Peers {
        user_url: user_url.to_owned(),
        product_url: "http://127.0.0.1:8082".to_owned(),
        order_url: "http://127.0.0.1:8083/".to_owned(),
    }
}

async fn home(peers: &Peers) -> (StatusCode, Option<String>, String) {
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let response = router(peers).oneshot(request).await.expect("the router always answers");
    let policy = response.headers().get("content-security-policy").map(|value| format!("{value:?}"));
    let status = response.status();
    let body = response.into_body().collect().await.expect("a whole page").to_bytes();
    (status, policy, String::from_utf8(body.to_vec()).expect("a page is UTF-8"))
}

#[tokio::test]
async fn the_page_leads_to_the_documents_of_the_three_services() {
    let (status, policy, page) = home(&peers("http://127.0.0.1:8081")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(policy.is_some_and(|policy| policy.contains("default-src 'none'")));
    for address in ["8081/api/user/docs", "8082/api/product/docs", "8083/api/order/docs"] {
        assert!(page.contains(&format!("<a href=\"http://127.0.0.1:{address}\">")), "{page}");
    }
    assert!(page.contains("<html lang=\"en\">") && page.contains("<main>") && page.contains("<h1>"));
}

#[tokio::test]
async fn an_address_cannot_break_out_of_its_link() {
    let (_, _, page) = home(&peers("http://x/\"><script>")).await;
    assert!(!page.contains("<script>"), "{page}");
}
