//! What a browser is given, brings back, and cannot forge.

use super::{Cookies, Kept};
use crate::{
    basket::MAX_LINES,
    cookies::{CookieForm, CookieKeys},
    flash::{Code, Flash},
    session::{Session, Tokens},
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::{
    clock::Clock,
    identity::{Principal, Signer, keys},
};
use contract::{
    Role, Timestamp,
    order::{Item, Order, OrderState},
    user::{Keys, User},
};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

const NOW_MS: i64 = 1_795_253_400_000;

/// A browser, as far as cookies go: it keeps what it is given and brings it back.
#[derive(Clone, Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One request: what it brings, what becomes of it, and the lines of the answer.
    fn visit(&mut self, cookies: &Cookies, change: impl FnOnce(&mut Kept)) -> Vec<String> {
        let mut kept = cookies.read(&self.headers());
        change(&mut kept);
        let mut answer = HeaderMap::new();
        cookies.write(&kept, &mut answer);
        let lines =
            answer.get_all(header::SET_COOKIE).into_iter().map(|line| line.to_str().unwrap().to_owned());
        let lines: Vec<String> = lines.collect();
        for line in &lines {
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        lines
    }

    fn headers(&self) -> HeaderMap {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = HeaderMap::new();
        if !pairs.is_empty() {
            headers.insert(header::COOKIE, HeaderValue::try_from(pairs.join("; ")).unwrap());
        }
        headers
    }

    fn kept(&self, cookies: &Cookies) -> Kept {
        cookies.read(&self.headers())
    }
}

fn cookies(clock: &Clock) -> Cookies {
    Cookies::new(CookieKeys::for_this_process(clock.clone()), CookieForm::HostBound)
}

fn user(id: i64) -> User {
    User {
        api_key: None,
        email: "ada@example.com".into(),
        first_name: "Ada".into(),
        id,
        is_active: true,
        is_admin: false,
        last_name: "Lovelace".into(),
        username: "ada".into(),
    }
}

/// Keys as the user service makes them: an EdDSA token and 43 characters.
fn keys_of(shop: &str, user: &User) -> Keys {
    let signer = Signer::from_pem(&keys::generate().unwrap().private_pem).unwrap();
    let role = if user.is_admin { Role::Staff } else { Role::Customer };
    let principal =
        Principal { user_id: user.id, session_id: Uuid::new_v4(), role, expires_at: NOW_MS + 900_000 };
    Keys {
        message: "Logged in".into(),
        api_key: signer.sign(shop, &principal, NOW_MS).unwrap(),
        token_type: "Bearer".into(),
        expires_in: 900,
        refresh_token: "kX3v0pT9_aQmZ-7bLr2YwE8sNdGfHjU1cViO5tKqRx0".into(),
    }
}

fn session(id: i64) -> Session {
    Session::begin(&user(id), &keys_of("tea-house", &user(id)), Timestamp::from_unix_ms(NOW_MS))
}

fn order(user_id: i64, pieces: impl Iterator<Item = (i64, i64)>) -> Order {
    let item = |(product, quantity)| Item {
        product,
        quantity,
        name: String::new(),
        unit_price: 12_345,
        line_total: 0,
        refusal: None,
    };
    Order {
        id: 1,
        is_open: true,
        state: OrderState::Open,
        items: pieces.map(item).collect(),
        user_id,
        total: 0,
        currency: "EUR".parse().unwrap(),
        placed_at: None,
        delivery_name: None,
        delivery_address: None,
    }
}

#[test]
fn a_visit_that_changes_nothing_sets_no_cookie() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let mut browser = Browser::default();
    assert_eq!(browser.visit(&cookies, |_| {}), [""; 0]);
    browser.visit(&cookies, |kept| {
        kept.basket.add(1, 1, Uuid::new_v4());
    });
    assert_eq!(browser.visit(&cookies, |_| {}), [""; 0]);
    browser.visit(&cookies, |kept| drop(kept.log_in(session(7))));
    assert_eq!(browser.visit(&cookies, |_| {}), [""; 0]);
}

#[test]
fn a_session_comes_back_with_its_basket_and_goes_as_a_whole() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| {
        kept.basket.add(1, 2, Uuid::new_v4());
    });
    let given = session(7);
    let lines = browser.visit(&cookies, |kept| drop(kept.log_in(given.clone())));
    assert_eq!(lines.len(), 2, "session and basket");
    let kept = browser.kept(&cookies);
    assert_eq!(
        (kept.session.as_ref(), kept.basket.owner(), kept.basket.pieces()),
        (Some(&given), Some(7), 2)
    );

    browser.visit(&cookies, |kept| assert_eq!(kept.log_out(), Some(given.clone())));
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    let kept = browser.kept(&cookies);
    assert!(kept.session.is_none() && kept.basket.is_blank());
}

#[test]
fn a_login_replaces_whatever_session_was_planted_before() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| {
        kept.log_in(session(666));
        kept.basket.add(6, 6, Uuid::new_v4());
    });
    let planted = browser.cookies.clone();
    browser.visit(&cookies, |kept| {
        let former = kept.log_in(session(7));
        assert_eq!(former.map(|session| session.user_id), Some(666), "to be ended");
    });
    let kept = browser.kept(&cookies);
    assert_eq!((kept.session.map(|session| session.user_id), kept.basket.pieces()), (Some(7), 0));
    assert!(planted.iter().all(|(name, value)| browser.cookies.get(name) != Some(value)));
}

#[test]
fn a_basket_beside_another_session_is_not_shown() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let (mut ada, mut grace) = (Browser::default(), Browser::default());
    ada.visit(&cookies, |kept| {
        kept.log_in(session(7));
        kept.basket.add(1, 1, Uuid::new_v4());
    });
    grace.visit(&cookies, |kept| drop(kept.log_in(session(8))));
    let mut mixed = ada.clone();
    mixed.cookies.extend(grace.cookies.clone());
    let kept = mixed.kept(&cookies);
    assert_eq!((kept.basket.owner(), kept.basket.pieces()), (Some(8), 0));
    mixed.cookies.remove("__Host-shop_session");
    assert_eq!(mixed.kept(&cookies).basket.pieces(), 0, "a guest does not see it either");
    mixed.visit(&cookies, |_| {});
    assert!(mixed.cookies.is_empty(), "and it is cleared");
}

#[test]
fn a_message_is_shown_once() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let mut browser = Browser::default();
    let lines = browser.visit(&cookies, |kept| kept.flash = Some(Code::Added.about(17)));
    assert_eq!(lines, ["__Host-shop_flash=added.17; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"]);
    assert_eq!(browser.visit(&cookies, |_| {}), [""; 0], "a page that does not show it leaves it");
    let mut shown = None;
    browser.visit(&cookies, |kept| shown = kept.take_flash());
    assert_eq!(shown, Some(Flash { code: Code::Added, about: Some(17) }));
    assert!(browser.cookies.is_empty());
}

#[test]
fn every_changed_letter_makes_a_cookie_worthless_and_it_is_cleared() {
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| {
        kept.log_in(session(7));
        kept.basket.add(1, 1, Uuid::new_v4());
        kept.session.as_mut().unwrap().tokens = None; // short, so that all letters can be tried
    });
    for name in ["__Host-shop_session", "__Host-shop_basket"] {
        let good = browser.cookies[name].clone();
        for place in 0..good.len() {
            let mut tampered = good.clone().into_bytes();
            tampered[place] = if tampered[place] == b'A' { b'B' } else { b'A' };
            let mut forger = Browser::default();
            forger.cookies.insert(name.into(), String::from_utf8(tampered).unwrap());
            let kept = forger.kept(&cookies);
            assert!(kept.session.is_none() && kept.basket.is_blank(), "{name}, letter {place}");
            let lines = forger.visit(&cookies, |_| {});
            assert_eq!(lines, [format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")]);
        }
    }
}

#[test]
fn a_cookie_counts_under_its_own_name_in_its_own_shop_only() {
    let clock = Clock::set_at(NOW_MS);
    let (here, elsewhere) = (cookies(&clock), cookies(&clock));
    let mut browser = Browser::default();
    browser.visit(&here, |kept| {
        kept.basket.add(1, 1, Uuid::new_v4());
    });
    let basket = browser.cookies["__Host-shop_basket"].clone();
    assert!(browser.kept(&elsewhere).basket.is_blank(), "sealed with another shop's key");
    let mut swapped = Browser::default();
    swapped.cookies.insert("__Host-shop_session".into(), basket.clone());
    assert!(swapped.kept(&here).session.is_none());
    let mut plain = Browser::default();
    plain.cookies.insert("shop_basket".into(), basket);
    let over_http = Cookies::new(here.keys.clone(), CookieForm::Plain);
    assert!(plain.kept(&over_http).basket.is_blank(), "sealed for the other form");
    assert!(plain.kept(&here).basket.is_blank(), "not a name of this form");
}

#[test]
fn over_plain_http_cookies_have_no_prefix() {
    let keys = CookieKeys::for_this_process(Clock::set_at(NOW_MS));
    let cookies = Cookies::new(keys, CookieForm::Plain);
    let mut browser = Browser::default();
    let lines = browser.visit(&cookies, |kept| drop(kept.log_in(session(7))));
    assert!(lines.iter().all(|line| line.starts_with("shop_") && !line.contains("Secure")), "{lines:?}");
    assert_eq!(browser.kept(&cookies).session.map(|session| session.user_id), Some(7));
}

#[test]
fn a_neighbours_cookie_of_the_same_name_does_not_hide_ours() {
    let keys = CookieKeys::for_this_process(Clock::set_at(NOW_MS));
    let cookies = Cookies::new(keys, CookieForm::Plain);
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| drop(kept.log_in(session(7))));
    let ours = &browser.cookies["shop_session"];
    let mut headers = HeaderMap::new();
    headers.append(header::COOKIE, HeaderValue::from_static("shop_session=tossed; x=\"y\""));
    headers.append(header::COOKIE, HeaderValue::try_from(format!("shop_session={ours}")).unwrap());
    assert_eq!(cookies.read(&headers).session.map(|session| session.user_id), Some(7));
}

#[test]
fn what_was_sealed_with_the_former_key_is_sealed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookie-keys");
    let clock = Clock::set_at(NOW_MS);
    let write = |keys: &[u8]| {
        let lines: Vec<String> = keys.iter().map(|key| BASE64_STANDARD.encode([*key; 32])).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        clock.advance(Duration::from_secs(2));
    };
    write(&[1]);
    let keys = CookieKeys::open(&file, clock.clone()).unwrap();
    let cookies = Cookies::new(keys, CookieForm::HostBound);
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| {
        kept.log_in(session(7));
        kept.basket.add(1, 1, Uuid::new_v4());
    });
    let left_behind = browser.clone();
    write(&[2, 1]);
    assert_eq!(browser.visit(&cookies, |_| {}).len(), 2);
    assert_eq!(browser.visit(&cookies, |_| {}), [""; 0]);
    write(&[2]);
    let kept = browser.kept(&cookies);
    assert_eq!((kept.session.map(|session| session.user_id), kept.basket.pieces()), (Some(7), 1));
    let kept = left_behind.kept(&cookies);
    assert!(kept.session.is_none() && kept.basket.is_blank(), "its key was retired");
}

#[test]
fn cookies_age_even_if_the_browser_keeps_them() {
    let clock = Clock::set_at(NOW_MS);
    let cookies = cookies(&clock);
    let mut browser = Browser::default();
    browser.visit(&cookies, |kept| {
        kept.log_in(session(7));
        kept.basket.add(1, 1, Uuid::new_v4());
    });
    clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
    let kept = browser.kept(&cookies);
    assert!(kept.session.is_some() && kept.basket.is_blank(), "what waited may be sent for 28 days");
    clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
    assert!(browser.kept(&cookies).session.is_none());
}

/// The bound of the design: 3 KB for all `Set-Cookie` lines of one answer.
#[test]
fn all_cookies_of_one_answer_fit_into_3_kb_at_a_hundred_lines() {
    const LIMIT: usize = 3_000;
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let long_user = User {
        username: "x".repeat(64),
        first_name: "Žofie Maximiliana Alexandrina Josephine von der Tann".into(),
        is_admin: true,
        ..user(1_234_567)
    };
    let (usual, longest) = ("tea-house", "s".repeat(63));
    for (case, shop, user, first_product, quantity) in [
        ("usual", usual, user(7), 10_000, 1),
        ("large ids and quantities", usual, user(1_234_567), 900_000_000, 999),
        ("the longest names", &longest, long_user, 10_000, 12),
    ] {
        let keys = keys_of(shop, &user);
        assert!((450..800).contains(&keys.api_key.len()), "a token of {} bytes", keys.api_key.len());
        let session = Session::begin(&user, &keys, cookies.now());
        let mut browser = Browser::default();
        let lines = browser.visit(&cookies, |kept| {
            kept.log_in(session.clone());
            let lines = (0..MAX_LINES as i64).map(|number| (first_product + number, quantity));
            assert!(kept.basket.adopt(Some(&order(user.id, lines)), cookies.now()));
            for number in 0..16 {
                kept.basket.set(first_product + number, 3, Uuid::new_v4());
            }
            let key = kept.basket.checkout_key(Uuid::new_v4());
            kept.basket.checkout_lost(key);
            kept.flash = Some(Code::UserDeactivated.about(i64::MAX));
        });
        let bytes: usize = lines.iter().map(|line| "set-cookie: ".len() + line.len() + "\r\n".len()).sum();
        println!("{case}: {:?} = {bytes} bytes", lines.iter().map(String::len).collect::<Vec<_>>());
        assert_eq!(lines.len(), 3, "{case}");
        assert!(bytes <= LIMIT, "{case}: {bytes} bytes");
        let kept = browser.kept(&cookies);
        assert_eq!(kept.session.and_then(|session| session.tokens), session.tokens, "{case}");
        assert_eq!(kept.basket.lines().len(), MAX_LINES, "{case}");
    }
}

/// Also where everything is as long as it can be, at the price of what the order service knows anyway.
#[test]
fn whatever_a_basket_holds_the_cookies_of_one_answer_stay_below_3_kb() {
    const LIMIT: usize = 3_072;
    let cookies = cookies(&Clock::set_at(NOW_MS));
    let user = User { username: "ž".repeat(64), first_name: "茶".repeat(100), ..user(i64::MAX) };
    let keys = keys_of(&"s".repeat(63), &user);
    let mut browser = Browser::default();
    let lines = browser.visit(&cookies, |kept| {
        kept.log_in(Session::begin(&user, &keys, cookies.now()));
        let huge = i64::MAX - 1_000;
        kept.basket.adopt(Some(&order(user.id, (0..100).map(|number| (huge + number, 999)))), cookies.now());
        for number in 0..500 {
            kept.basket.add(huge + number, 999, Uuid::new_v4());
        }
        kept.basket.checkout_lost(Uuid::new_v4());
        kept.flash = Some(Code::UserDeactivated.about(i64::MAX));
    });
    let bytes: usize = lines.iter().map(|line| "set-cookie: ".len() + line.len() + "\r\n".len()).sum();
    assert!(lines.len() == 3 && bytes <= LIMIT, "{bytes} bytes");
    assert!(lines.iter().all(|line| line.len() < 4_096), "browsers drop longer ones");
    let kept = browser.kept(&cookies);
    assert!(kept.session.and_then(|session| session.tokens) == Some(Tokens::given(&keys, cookies.now())));
    assert!(kept.basket.next_to_send().is_some());
}
