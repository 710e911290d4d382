//! Registering, logging in and out, the account.

use crate::shopfront::{PASSWORD, Shopfront};
use crate::world::Mode;

#[tokio::test]
async fn somebody_registers_logs_in_and_is_greeted() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    let registered = browser.register("ada").await;
    assert_eq!((registered.status, registered.location()), (303, "/login"));
    browser.get("/login").await.says(&["Thanks for registering, please login"]);
    let form = [("username", "ada"), ("password", PASSWORD), ("next", "/checkout")];
    let logged_in = browser.post("/login", &form).await;
    assert_eq!((logged_in.status, logged_in.location()), (303, "/checkout"));
    let home = browser.get("/").await;
    home.says(&["Welcome back, ada"]);
    browser.get("/").await.says_nothing_of(&["Welcome back"]);
    browser.get("/account").await.says(&["ada@example.com"]);
    let back = browser.get("/login?next=/orders").await;
    assert_eq!((back.status, back.location()), (303, "/orders"), "there is nothing to log in for");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_never_the_password() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    browser.register("ada").await;
    let taken = browser.register("ada").await;
    assert_eq!(taken.status, 409);
    taken.says(&[
        "Please try another username",
        "id=\"errors\"",
        "id=\"username-error\"",
        "aria-invalid=\"true\"",
    ]);
    assert_eq!(taken.field("email").as_deref(), Some("ada@example.com"));
    assert_eq!(taken.field("username").as_deref(), Some("ada"));
    taken.says_nothing_of(&[PASSWORD]);

    let short = browser.post("/register", &[("username", "<b>grace</b>"), ("password", "secret7")]).await;
    assert_eq!(short.status, 400);
    short.says(&["8 to 128 characters", "value=\"<b>grace</b>\""]);
    short.says_nothing_of(&["secret7"]);

    let wrong = browser.post("/login", &[("username", "ada"), ("password", "not this one")]).await;
    assert_eq!(wrong.status, 401);
    wrong.says(&["Cannot login"]);
    wrong.says_nothing_of(&["not this one"]);
    assert_eq!(wrong.field("username").as_deref(), Some("ada"));
}

#[tokio::test]
async fn with_accounts_down_forms_are_kept_and_the_rest_goes_on() {
    let mut shop = Shopfront::open().await;
    shop.services.user.stop().await;
    shop.until_health("user", "down").await;
    let browser = shop.browser();
    let form = [("username", "grace"), ("password", PASSWORD), ("email", "grace@example.com")];
    for path in ["/register", "/login"] {
        let answer = browser.post(path, &form).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"), "{path}");
        answer.says(&["Accounts are resting", "what you typed is still here"]);
        answer.says_nothing_of(&[PASSWORD]);
        assert_eq!(answer.field("username").as_deref(), Some("grace"));
        assert_eq!(browser.get(path).await.status, 200);
    }
    browser.get("/").await.says(&["Sencha <Uji>", "data-part=\"user\" data-health=\"down\""]);
    browser.add("1", "2").await.says(&["Order has been updated", "data-line=\"1\""]);

    shop.services.user.restart().await;
    shop.until_health("user", "up").await;
    browser.register("grace").await;
    assert_eq!(browser.log_in("grace").await.status, 303);
}

#[tokio::test]
async fn a_password_is_changed_and_a_wrong_one_is_told_at_its_field() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    let change = |current| [("current_password", current), ("new_password", "quite another one")];
    let wrong = browser.post("/account/password", &change("not this one")).await;
    assert_eq!(wrong.status, 400);
    wrong.says(&["id=\"current_password-error\"", "ada@example.com"]);
    wrong.says_nothing_of(&["not this one", "quite another one"]);
    let changed = browser.post_and_follow("/account/password", &change(PASSWORD)).await;
    changed.says(&["Your password is changed"]);
}

#[tokio::test]
async fn the_account_says_so_when_accounts_are_down() {
    let mut shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    shop.services.user.stop().await;
    shop.until_health("user", "down").await;
    for answer in [
        browser.get("/account").await,
        browser
            .post("/account/password", &[("current_password", PASSWORD), ("new_password", "another one")])
            .await,
    ] {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
        answer.says(&["Accounts are resting", "id=\"support-code\"", "Ada"]);
    }
}

#[tokio::test]
async fn pages_for_those_who_are_logged_in_lead_to_the_login_and_back() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    for (path, back) in [
        ("/orders", "/login?next=%2Forders"),
        ("/orders/7", "/login?next=%2Forders%2F7"),
        ("/account", "/login?next=%2Faccount"),
        ("/checkout", "/login?next=%2Fcheckout"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.location()), (303, back));
    }
    browser.get("/login").await.says(&["Please login"]);
    let foreign = [("username", "ada"), ("password", PASSWORD), ("next", "//evil.example")];
    browser.register("ada").await;
    assert_eq!(browser.post("/login", &foreign).await.location(), "/");
}

#[tokio::test]
async fn difference_with_orders_down_people_log_in_and_do_not_wait_for_the_basket() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    browser.register("ada").await;
    browser.add("1", "2").await;
    shop.services.order.behave(Mode::Frozen);
    let began = std::time::Instant::now();
    assert_eq!(browser.log_in("ada").await.status, 303);
    assert!(began.elapsed() < std::time::Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(shop.services.world.asked("POST /api/order/merge"), 0);
    browser.get("/").await.says(&["Welcome back, ada", "<span id=\"basket-count\">2</span>"]);
}

#[tokio::test]
async fn difference_logging_out_is_asked_on_get_and_done_on_post() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.get("/logout").await.says(&["action=\"/logout\""]);
    assert_eq!(browser.get("/account").await.status, 200, "a GET logs nobody out");
    assert_eq!(browser.post("/logout", &[]).await.location(), "/");
    assert_eq!(browser.get("/account").await.status, 303);
}

#[tokio::test]
async fn a_guest_who_logs_out_keeps_the_basket() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    browser.add("1", "2").await;
    let asked = browser.get("/logout").await;
    asked.says(&["You are not logged in", "href=\"/login\""]);
    asked.says_nothing_of(&["kept with your account", "action=\"/logout\"", "Stay logged in"]);
    assert_eq!(browser.post("/logout", &[]).await.status, 303);
    browser.get("/basket").await.says(&["data-line=\"1\""]);
}
