//! Sessions: renewed in time, ended for good, never another's.

use crate::shopfront::Shopfront;
use crate::world::Mode;
use chassis::clock::Clock;
use kit::eventually;
use std::time::Duration;

/// When keys that were given out are dead.
const DEAD: Duration = Duration::from_secs(16 * 60);

/// A clock that stands still until it is moved.
fn clock() -> Clock {
    Clock::set_at(Clock::system().now_unix_ms())
}

const SESSION: &str = "__Host-shop_session";
const BASKET: &str = "__Host-shop_basket";

#[tokio::test]
async fn an_old_cookie_is_worth_nothing_after_the_logout() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    let stolen = browser.cookies();
    let out = browser.post("/logout", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/"));
    assert_eq!((browser.cookie(SESSION), browser.cookie(BASKET)), (None, None));
    browser.get("/").await.says(&[
        "You are logged out",
        "href=\"/login\"",
        "<span id=\"basket-count\" data-empty>0</span>",
    ]);

    let thief = shop.browser();
    for pair in stolen.split("; ") {
        let (name, value) = pair.split_once('=').expect("a cookie");
        thief.set_cookie(name, value);
    }
    assert_eq!(thief.get("/account").await.location(), "/login?next=%2Faccount");
    thief.get("/basket").await.says_nothing_of(&["Sencha"]);
    thief.get("/").await.says_nothing_of(&["Ada"]);
}

#[tokio::test]
async fn a_logout_while_accounts_are_down_is_made_good_when_they_are_back() {
    let mut shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    let stolen = browser.cookie(SESSION).expect("a session");
    shop.services.user.stop().await;
    shop.until_health("user", "down").await;
    assert_eq!(browser.post("/logout", &[]).await.status, 303);
    assert_eq!(browser.cookie(SESSION), None);
    browser.get("/").await.says(&["You are logged out here"]);
    let thief = shop.browser();
    thief.set_cookie(SESSION, &stolen);
    assert_eq!(thief.get("/orders").await.location(), "/login?next=%2Forders");
    assert!(shop.services.world.known().ended.is_empty());
    shop.services.user.restart().await;
    eventually(Duration::from_secs(8), "the session is ended", async || {
        let ended = shop.services.world.known().ended.len();
        (ended == 1).then_some(()).ok_or(ended)
    })
    .await;
}

#[tokio::test]
async fn a_logout_that_came_too_late_or_too_often_is_said_again() {
    const LOGOUT: &str = "POST /api/user/logout";
    for status in [408, 429] {
        let shop = Shopfront::open().await;
        let browser = shop.logged_in("ada").await;
        shop.services.world.known().refused.insert(LOGOUT.to_owned(), status);
        assert_eq!(browser.post("/logout", &[]).await.status, 303);
        browser.get("/").await.says(&["You are logged out here"]);
        let asked = shop.services.world.asked(LOGOUT);
        eventually(Duration::from_secs(8), "it is said again, and refused again", async || {
            let again = shop.services.world.asked(LOGOUT);
            (again > asked).then_some(()).ok_or(again)
        })
        .await;
        assert!(shop.services.world.known().ended.is_empty());
        shop.services.world.known().refused.clear();
        eventually(Duration::from_secs(8), "the session is ended", async || {
            let ended = shop.services.world.known().ended.len();
            (ended == 1).then_some(()).ok_or(ended)
        })
        .await;
    }
}

#[tokio::test]
async fn a_tampered_or_foreign_cookie_is_no_session_and_is_cleared() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    let sealed = browser.cookie(SESSION).expect("a session");
    let middle = sealed.len() / 2;
    let other = if sealed.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let tampered = format!("{}{other}{}", &sealed[..middle], &sealed[middle + 1..]);
    for wrong in [tampered.as_str(), "", "nonsense", &sealed[..40]] {
        browser.set_cookie(SESSION, wrong);
        assert_eq!(browser.get("/account").await.location(), "/login?next=%2Faccount", "{wrong}");
        assert_eq!(browser.cookie(SESSION), None);
    }
    browser.set_cookie(BASKET, &sealed);
    assert_eq!(browser.get("/basket").await.status, 200);
}

#[tokio::test]
async fn keys_are_renewed_once_for_many_requests_of_one_browser() {
    let clock = clock();
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    browser.get("/orders").await;
    assert_eq!(shop.services.world.asked("POST /api/user/refresh"), 0, "there is time");
    clock.advance(DEAD);
    let (first, second) = tokio::join!(browser.get("/orders"), browser.get("/account"));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(shop.services.world.asked("POST /api/user/refresh"), 1);
    assert_eq!(browser.get("/orders").await.status, 200);
    assert_eq!(shop.services.world.asked("POST /api/user/refresh"), 1);
}

#[tokio::test]
async fn keys_are_renewed_when_less_than_half_of_their_time_is_left() {
    let clock = clock();
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    let before = browser.cookie(SESSION);
    clock.advance(Duration::from_secs(8 * 60));
    // Frozen, the user service does not keep a page from those whose keys still hold.
    shop.services.user.behave(Mode::Frozen);
    assert_eq!(browser.get("/orders").await.status, 200);
    shop.services.user.behave(Mode::Up);
    eventually(Duration::from_secs(8), "the keys are renewed", async || {
        assert_eq!(browser.get("/orders").await.status, 200);
        (browser.cookie(SESSION) != before).then_some(()).ok_or(())
    })
    .await;
    let renewals = shop.services.world.asked("POST /api/user/refresh");
    assert_eq!(browser.get("/orders").await.status, 200);
    assert_eq!(shop.services.world.asked("POST /api/user/refresh"), renewals);
}

#[tokio::test]
async fn with_accounts_down_the_name_stays_and_the_session_comes_back() {
    let clock = clock();
    let mut shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    clock.advance(DEAD);
    shop.services.user.stop().await;
    shop.until_health("user", "down").await;
    browser.get("/").await.says(&["Ada", "Accounts are resting"]);
    let basket = browser.add("1", "2").await;
    basket.says(&["data-line=\"1\"", "Accounts are resting. Your basket is kept, with your latest changes"]);
    // Orders are not: it is the keys that are dead.
    basket.says_nothing_of(&["Orders are paused"]);
    let logout = browser.get("/logout").await;
    logout.says(&["is gone if you log out now"]);
    logout.says_nothing_of(&["Orders are paused"]);
    let page = browser.get("/checkout").await;
    assert_eq!(page.status, 200);
    page.says(&["Accounts are resting", "data-line=\"1\""]);
    let pressed =
        browser.post("/checkout", &[("expected_total", "2900"), ("delivery_address", "1 Tea Lane")]).await;
    assert_eq!(pressed.status, 503);
    pressed.says(&["Accounts are resting", "1 Tea Lane"]);
    for path in ["/orders", "/account"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 503);
        answer.says(&["Accounts are resting"]);
    }
    shop.services.user.restart().await;
    shop.until_health("user", "up").await;
    assert_eq!(browser.get("/orders").await.status, 200);
    browser.get("/basket").await.says(&["data-line=\"1\"", "€29.00"]);
}

#[tokio::test]
async fn only_a_no_of_the_user_service_ends_a_session() {
    let clock = clock();
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    clock.advance(DEAD);
    for mode in [Mode::Failing, Mode::Garbage] {
        shop.services.user.behave(mode);
        assert_eq!(browser.get("/account").await.status, 503);
        assert!(browser.cookie(SESSION).is_some());
    }
    shop.services.user.behave(Mode::Up);
    shop.services.world.known().refresh_tokens.clear();
    shop.until_health("user", "up").await;
    assert_eq!(browser.get("/account").await.location(), "/login?next=%2Faccount");
    browser.get("/login").await.says(&["Your session has ended. Please login"]);
}

#[tokio::test]
async fn a_page_on_which_the_session_is_found_to_be_over_says_so() {
    let clock = clock();
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    clock.advance(DEAD);
    shop.services.world.known().refresh_tokens.clear();
    browser.get("/basket").await.says(&["Your basket is empty", "Your session has ended. Please login"]);
    browser.get("/basket").await.says_nothing_of(&["Your session has ended"]);
}

#[tokio::test]
async fn a_key_that_a_service_does_not_believe_any_more_is_renewed() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    // The session is over, and the feed has not told it yet.
    let sessions: Vec<_> =
        shop.services.world.known().refresh_tokens.iter().map(|(_, _, session)| *session).collect();
    shop.services.world.known().ended.extend(sessions);
    let answer = browser.get("/orders").await;
    assert_eq!((answer.status, answer.location()), (303, "/login?next=%2Forders"));
    assert_eq!(browser.get("/checkout").await.location(), "/login?next=%2Fcheckout");
}

#[tokio::test]
async fn a_login_is_a_new_session_and_another_user_finds_nothing_of_the_former() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let before = browser.cookie(SESSION);
    browser.register("grace").await;
    browser.log_in("grace").await;
    assert_ne!(browser.cookie(SESSION), before);
    browser.get("/basket").await.says_nothing_of(&["data-line"]);
    eventually(Duration::from_secs(8), "the former session is ended", async || {
        let ended = shop.services.world.known().ended.len();
        (ended == 1).then_some(()).ok_or(ended)
    })
    .await;
}

#[tokio::test]
async fn cookies_have_the_form_of_the_public_address() {
    for (public_url, prefix, secure) in [
        ("http://localhost:8080", "__Host-shop_", true),
        ("https://tea.example.com", "__Host-shop_", true),
        ("http://tea.example.com", "shop_", false),
    ] {
        let shop = Shopfront::open_at(public_url).await;
        let browser = shop.browser();
        browser.register("ada").await;
        let answer = browser.log_in("ada").await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("ASCII");
            assert!(line.starts_with(prefix), "{line}");
            assert_eq!(line.ends_with("; Secure"), secure, "{line}");
            assert!(line.contains("; Path=/; ") && line.contains("; HttpOnly; SameSite=Lax"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_rotated_key_keeps_sessions_and_a_retired_one_ends_them() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    let (former, next) = (format!("{}=", "A".repeat(43)), format!("B{}=", "A".repeat(42)));
    shop.set_cookie_keys(&format!("{next}\n{former}\n"));
    let sealed = browser.cookie(SESSION);
    eventually(Duration::from_secs(8), "the session is sealed anew", async || {
        assert_eq!(browser.get("/account").await.status, 200);
        (browser.cookie(SESSION) != sealed).then_some(()).ok_or(())
    })
    .await;
    shop.set_cookie_keys(&format!("{next}\n"));
    let stranger = shop.browser();
    let sealed = sealed.expect("a session");
    eventually(Duration::from_secs(8), "the retired key opens nothing", async || {
        stranger.set_cookie(SESSION, &sealed);
        let answer = stranger.get("/account").await;
        (answer.status == 303).then_some(()).ok_or(answer.status)
    })
    .await;
    assert_eq!(browser.get("/account").await.status, 200);
}
