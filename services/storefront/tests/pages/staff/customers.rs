//! Accounts are helped, let rest, and made staff.

use super::shop;

#[tokio::test]
async fn an_account_is_found_by_its_number_and_changed() {
    let (shop, browser) = shop().await;
    shop.browser().register("grace").await;
    browser.get("/staff/customers").await.says(&["grace", "staff", "(you)", "grace@example.com"]);
    let answer = browser.get("/staff/customers?number=2").await;
    assert_eq!((answer.status, answer.location()), (303, "/staff/customers/2"));
    let wrong = browser.get("/staff/customers?number=grace").await;
    assert_eq!(wrong.status, 400);
    wrong.says(&["<a href=\"#number\">", "value=\"grace\""]);

    for (act, said) in [
        ("deactivate", "The account was deactivated."),
        ("activate", "The account was activated."),
        ("grant-staff", "The account is staff now."),
        ("revoke-staff", "The account is a customer's now."),
    ] {
        browser.post_and_follow(&format!("/staff/customers/2/{act}"), &[]).await.says(&[said, "grace"]);
    }
    assert_eq!(browser.post("/staff/customers/9/activate", &[]).await.status, 404);
}

#[tokio::test]
async fn a_password_is_set_and_never_shown() {
    let (shop, browser) = shop().await;
    shop.browser().register("grace").await;
    let path = "/staff/customers/2/reset-password";
    for (password, status, said) in [("", 400, "Type a new password."), ("short", 400, "8 to 128 characters")]
    {
        let answer = browser.post(path, &[("new_password", password)]).await;
        assert_eq!(answer.status, status);
        answer.says(&[said, "id=\"new_password-error\""]);
        answer.says_nothing_of(&["value=\"short\""]);
    }
    let done = browser.post_and_follow(path, &[("new_password", "a new password")]).await;
    done.says(&["The password was set."]);
    assert_eq!(shop.services.world.known().users[1].1, "a new password");
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let (shop, browser) = shop().await;
    shop.browser().register("grace").await;
    let own = browser.get("/staff/customers/1").await;
    own.says(&["This is your own account."]);
    own.says_nothing_of(&["/staff/customers/1/deactivate"]);
    for act in ["deactivate", "revoke-staff", "reset-password"] {
        let form = [("new_password", "a new password")];
        let answer = browser.post(&format!("/staff/customers/1/{act}"), &form).await;
        assert_eq!(answer.status, 409, "{act}");
        assert_eq!(shop.services.world.asked(&format!("POST /api/users/1/{act}")), 0);
    }
    assert!(shop.services.world.known().users[0].0.is_active);
}
