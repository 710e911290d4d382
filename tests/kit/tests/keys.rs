//! The tokens of tests are such as services accept.

use chassis::clock::Clock;
use chassis::identity::Verifier;
use contract::Role;

#[test]
fn a_token_is_verified_by_the_shop_whose_keys_signed_it_and_by_no_other() {
    let (keys, others) = (kit::keys(), kit::keys());
    let verifier = Verifier::open(&keys.jwks_file(), kit::SHOP, Clock::system()).expect("the keys are good");
    let principal = verifier.verify(&keys.token(7, Role::Staff)).expect("the token is good");
    assert_eq!((principal.user_id, principal.role), (7, Role::Staff));
    verifier.verify(&others.token(7, Role::Staff)).expect_err("another shop's key signed it");
}
