//! Who is let in.

use crate::shopfront::Shopfront;

const PAGES: [&str; 9] = [
    "/staff",
    "/staff/products",
    "/staff/products/new",
    "/staff/products/1",
    "/staff/import",
    "/staff/orders",
    "/staff/customers",
    "/staff/low-stock",
    "/staff/rules",
];

const BUTTONS: [(&str, &str); 6] = [
    ("/staff/products/new", "/staff/products/new"),
    ("/staff/products/1/picture", "/staff/products/1"),
    ("/staff/import", "/staff/import"),
    ("/staff/orders/1/fulfil", "/staff/orders/1"),
    ("/staff/customers/1/grant-staff", "/staff/customers/1"),
    ("/staff/customers/1/reset-password", "/staff/customers/1"),
];

#[tokio::test]
async fn guests_are_sent_to_the_login_and_from_there_back() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    for page in PAGES {
        let answer = browser.get(page).await;
        assert_eq!((answer.status, answer.location()), (303, login(page).as_str()), "{page}");
    }
    for (button, page) in BUTTONS {
        let answer = browser.post(button, &[("name", "x")]).await;
        assert_eq!((answer.status, answer.location()), (303, login(page).as_str()), "{button}");
    }
    assert_eq!(shop.services.world.asked("POST /api/product/create"), 0);
}

#[tokio::test]
async fn customers_find_the_door_locked() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    for page in PAGES {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 403, "{page}");
        answer.says(&["id=\"support-code\"", "Ada"]);
        answer.says_nothing_of(&["/staff/products\""]);
    }
    for (button, _) in BUTTONS {
        assert_eq!(browser.post(button, &[("name", "x")]).await.status, 403, "{button}");
    }
    let asked = shop.services.world.known().asked.clone();
    assert!(!asked.iter().any(|asked| asked.contains("/api/users") || asked.contains("create_product")));
}

#[tokio::test]
async fn whose_standing_was_taken_away_is_told_so_by_the_services() {
    let (shop, browser) = super::shop().await;
    shop.services.world.known().users[0].0.is_admin = false;
    for page in ["/staff/customers", "/staff/customers/2"] {
        assert_eq!(browser.get(page).await.status, 403, "{page}");
    }
}

#[tokio::test]
async fn whose_session_was_ended_elsewhere_logs_in_and_finds_the_page_with_the_button() {
    for (button, page) in [
        ("/staff/orders/1/fulfil", "/staff/orders/1"),
        ("/staff/customers/2/grant-staff", "/staff/customers/2"),
    ] {
        let (shop, browser) = super::shop().await;
        // The feed has not told it yet: the services say so.
        let sessions: Vec<_> =
            shop.services.world.known().refresh_tokens.iter().map(|(_, _, session)| *session).collect();
        shop.services.world.known().ended.extend(sessions);
        let answer = browser.post(button, &[]).await;
        assert_eq!((answer.status, answer.location()), (303, login(page).as_str()), "{button}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let (shop, browser) = super::shop().await;
    let form = [("name", "Cup"), ("slug", "cup"), ("price", "1")];
    let headers = [("sec-fetch-site", "cross-site")];
    let answer = browser.send(reqwest::Method::POST, "/staff/products/new", Some(&form), &headers).await;
    assert_eq!(answer.status, 403);
    assert_eq!(shop.services.world.known().products.len(), 3);
}

#[tokio::test]
async fn every_page_is_there_and_nowhere_else() {
    let (_shop, browser) = super::shop().await;
    for page in PAGES {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 200, "{page} {}", answer.text);
        answer.says(&["aria-current=", "</html>"]);
    }
    for nothing in [
        "/staff/nothing",
        "/staff/products/0",
        "/staff/products/sencha",
        "/staff/products/99",
        "/staff/orders/99",
        "/staff/orders/x",
        "/staff/customers/99",
        "/staff/customers/-1",
    ] {
        assert_eq!(browser.get(nothing).await.status, 404, "{nothing}");
    }
    assert_eq!(browser.get("/staff/orders/1/fulfil").await.status, 405);
}

fn login(page: &str) -> String {
    let next: String = page.replace('/', "%2F");
    format!("/login?next={next}")
}
