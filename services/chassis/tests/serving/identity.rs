//! Keys: what is made is accepted, and every forgery is refused.

use crate::support::{Served, problem_of};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    clock::Clock,
    identity::{Principal, Refused, Signer, Verifier, keys},
};
use contract::Role;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000_000;
const SHOP: &str = "tea-house";

struct Keys {
    folder: tempfile::TempDir,
    pem: String,
    signer: Signer,
    clock: Clock,
    verifier: Verifier,
}

fn keys_of_a_shop() -> Keys {
    let folder = tempfile::tempdir().unwrap();
    let pair = keys::generate().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, keys::jwks_json(vec![pair.jwk]).unwrap()).unwrap();
    let clock = Clock::set_at(NOW);
    let verifier = Verifier::open(&file, SHOP, clock.clone()).unwrap();
    Keys {
        folder,
        signer: Signer::from_pem(&pair.private_pem).unwrap(),
        pem: pair.private_pem,
        clock,
        verifier,
    }
}

fn principal() -> Principal {
    Principal { user_id: 7, session_id: Uuid::from_u128(70), role: Role::Customer, expires_at: NOW + 900_000 }
}

fn key_id(signer: &Signer) -> Option<String> {
    signer.jwk().common.key_id.clone()
}

/// A token with the shop's own key, but header and claims as a test wants them.
fn forged(keys: &Keys, change: impl FnOnce(&mut Header, &mut Value)) -> String {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".into());
    header.kid = key_id(&keys.signer);
    let mut claims = json!({
        "iss": "urn:shopkeeper:tea-house", "aud": "urn:shopkeeper:tea-house", "sub": "7", "role": "customer",
        "sid": Uuid::from_u128(70), "jti": Uuid::from_u128(71), "iat": NOW / 1_000, "exp": NOW / 1_000 + 900,
    });
    change(&mut header, &mut claims);
    let key = EncodingKey::from_ed_pem(keys.pem.as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

#[test]
fn what_the_signer_says_is_what_the_verifier_reads() {
    let keys = keys_of_a_shop();
    let token = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    assert_eq!(keys.verifier.verify(&token), Ok(principal()));
    assert_eq!(
        keys.verifier.verify(&forged(&keys, |_, _| {})),
        Ok(principal()),
        "the pattern of the forgeries"
    );
}

#[test]
fn the_kid_is_the_thumbprint_of_the_key() {
    let keys = keys_of_a_shop();
    assert_eq!(keys.verifier.key_ids(), [key_id(&keys.signer).unwrap()]);
    assert_eq!(keys.verifier.key_ids()[0].len(), 43, "SHA-256 in base64url");
}

#[test]
fn a_token_for_another_shop_is_refused() {
    let keys = keys_of_a_shop();
    let elsewhere = keys.signer.sign("coffee-house", &principal(), NOW).unwrap();
    assert_eq!(keys.verifier.verify(&elsewhere), Err(Refused::Invalid));
    for claim in ["iss", "aud"] {
        let token = forged(&keys, |_, claims| claims[claim] = "urn:shopkeeper:coffee-house".into());
        assert_eq!(keys.verifier.verify(&token), Err(Refused::Invalid), "{claim}");
    }
}

#[test]
fn a_token_with_a_missing_or_odd_claim_is_refused() {
    let keys = keys_of_a_shop();
    for claim in ["iss", "aud", "sub", "sid", "jti", "exp", "role"] {
        let token = forged(&keys, |_, claims| {
            claims.as_object_mut().unwrap().remove(claim);
        });
        assert_eq!(keys.verifier.verify(&token), Err(Refused::Invalid), "{claim}");
    }
    let token = forged(&keys, |_, claims| claims["sub"] = "seven".into());
    assert_eq!(keys.verifier.verify(&token), Err(Refused::Invalid));
}

#[test]
fn a_token_of_another_type_or_key_is_refused() {
    let keys = keys_of_a_shop();
    let refused = |change: fn(&mut Header)| keys.verifier.verify(&forged(&keys, |header, _| change(header)));
    assert_eq!(refused(|header| header.typ = Some("JWT".into())), Err(Refused::WrongKind));
    assert_eq!(refused(|header| header.typ = None), Err(Refused::WrongKind));
    assert_eq!(refused(|header| header.crit = Some(vec!["exp".into()])), Err(Refused::WrongKind));
    assert_eq!(refused(|header| header.kid = None), Err(Refused::UnknownKey));
    assert_eq!(refused(|header| header.kid = Some("another".into())), Err(Refused::UnknownKey));
    let stranger = Signer::from_pem(&keys::generate().unwrap().private_pem).unwrap();
    let token = stranger.sign(SHOP, &principal(), NOW).unwrap();
    assert_eq!(keys.verifier.verify(&token), Err(Refused::UnknownKey));
}

#[test]
fn another_algorithm_is_refused_even_with_the_public_key_as_secret() {
    let keys = keys_of_a_shop();
    let public_key = serde_json::to_value(keys.signer.jwk()).unwrap()["x"].as_str().unwrap().to_owned();
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".into());
    header.kid = key_id(&keys.signer);
    let secret = EncodingKey::from_secret(&BASE64_URL_SAFE_NO_PAD.decode(public_key).unwrap());
    let confused = jsonwebtoken::encode(&header, &json!({"sub": "7"}), &secret).unwrap();
    assert_eq!(keys.verifier.verify(&confused), Err(Refused::WrongKind));

    let honest = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    let payload = honest.split('.').nth(1).unwrap();
    let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    assert!(keys.verifier.verify(&format!("{none}.{payload}.")).is_err());
}

#[test]
fn a_changed_token_is_refused() {
    let keys = keys_of_a_shop();
    let honest = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    let staff = keys.signer.sign(SHOP, &Principal { role: Role::Staff, ..principal() }, NOW).unwrap();
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (honest, staff) = (parts(&honest), parts(&staff));
    let promoted = format!("{}.{}.{}", honest[0], staff[1], honest[2]);
    assert_eq!(keys.verifier.verify(&promoted), Err(Refused::Invalid));
    for odd in ["", "a", "a.b", "a.b.c", "....", &"a".repeat(10_000)] {
        assert_eq!(keys.verifier.verify(odd), Err(Refused::Malformed), "{odd:.10}");
    }
}

#[test]
fn a_token_is_good_until_it_expires_and_two_seconds_for_the_clocks() {
    let keys = keys_of_a_shop();
    let token = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    keys.clock.advance(Duration::from_millis(901_999));
    assert!(keys.verifier.verify(&token).is_ok());
    keys.clock.advance(Duration::from_millis(1));
    assert_eq!(keys.verifier.verify(&token), Err(Refused::Expired));
}

#[test]
fn a_revoked_session_is_refused_and_others_are_not() {
    let keys = keys_of_a_shop();
    let token = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    keys.verifier.revocations().revoke(Uuid::from_u128(1), NOW + 900_000);
    assert!(keys.verifier.verify(&token).is_ok());
    keys.verifier.revocations().revoke(principal().session_id, NOW + 900_000);
    assert_eq!(keys.verifier.verify(&token), Err(Refused::Revoked));
}

#[test]
fn a_new_key_is_learned_within_a_second_and_a_bad_file_changes_nothing() {
    let keys = keys_of_a_shop();
    let file = keys.folder.path().join("jwks.json");
    let next = keys::generate().unwrap();
    let signer = Signer::from_pem(&next.private_pem).unwrap();
    let old_token = keys.signer.sign(SHOP, &principal(), NOW).unwrap();
    let new_token = signer.sign(SHOP, &principal(), NOW).unwrap();
    assert_eq!(keys.verifier.verify(&new_token), Err(Refused::UnknownKey));

    std::fs::write(&file, keys::jwks_json(vec![keys.signer.jwk().clone(), next.jwk]).unwrap()).unwrap();
    keys.clock.advance(Duration::from_secs(1));
    assert!(keys.verifier.verify(&new_token).is_ok() && keys.verifier.verify(&old_token).is_ok());

    std::fs::write(&file, "{\"keys\": [").unwrap();
    keys.clock.advance(Duration::from_secs(1));
    assert!(keys.verifier.verify(&new_token).is_ok());
    std::fs::remove_file(&file).unwrap();
    keys.clock.advance(Duration::from_secs(1));
    assert!(keys.verifier.verify(&new_token).is_ok());
}

#[tokio::test]
async fn the_key_is_taken_in_all_three_forms() {
    let served = Served::start().await;
    let key = served.key_of(Role::Customer);
    for authorization in [key.clone(), format!("Basic {key}"), format!("Bearer {key}")] {
        let request = served.client.get(served.url("/caller")).header("authorization", authorization);
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), "7");
    }
}

#[tokio::test]
async fn anybody_else_is_not_logged_in_and_customers_are_not_staff() {
    let served = Served::start().await;
    let nobody = served.get("/caller").await;
    assert_eq!(
        (nobody.status().as_u16(), &nobody.headers()["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    assert_eq!(problem_of(nobody).await.message, "Not logged in");
    for (role, status) in [(Role::Customer, 403), (Role::Staff, 200)] {
        let request = served.client.get(served.url("/staff")).header("authorization", served.key_of(role));
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    assert_eq!(served.get("/staff").await.status(), 401);
}
