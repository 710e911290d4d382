//! Which names, addresses and passwords are taken, and who may lose which standing.

use super::{Email, LastStaff, Password, PersonName, StandingChange, Username, change_standing};
use chassis::input::FieldValue;
use contract::user::User;

#[test]
fn a_username_is_letters_digits_and_a_few_signs() {
    for good in ["ada", "Ada.Lovelace-1", "žofie", "茶", "ada@example.com", "  ada  ", &"x".repeat(64)] {
        assert!(Username::from_text(good).is_ok(), "{good:?}");
    }
    for wrong in
        ["", "  ", "a b", "a/b", "a\0b", "a\u{200b}b", "a\u{202e}b", "<b>", "e\u{301}", &"x".repeat(65)]
    {
        assert!(Username::from_text(wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(
        Username::from_text("ŽOFIE").unwrap().lower(),
        Username::from_text(" žofie ").unwrap().lower()
    );
}

#[test]
fn an_address_is_what_browsers_take() {
    for good in
        ["a@b", "ada+shop@mail.example.com", "o'hara@example.com", "A@EXAMPLE.COM", "žofie@müller.example"]
    {
        assert!(Email::from_text(good).is_ok(), "{good:?}");
    }
    let long = format!("{}@example.com", "x".repeat(250));
    for wrong in ["", "ada", "@b", "a@", "a b@c", "a@b..c", "a@-b", "a@b-", "a@b@c", "x@staff.invalid", &long]
    {
        assert!(Email::from_text(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_password_has_8_to_128_characters_of_any_kind() {
    for good in ["12345678", "       8", "茶茶茶茶茶茶茶茶", &"x".repeat(128)] {
        assert!(Password::from_text(good).is_ok(), "{good:?}");
    }
    for wrong in ["", "1234567", "茶茶茶", &"x".repeat(129)] {
        assert!(Password::from_text(wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(format!("{:?}", Password::from_text("a secret").unwrap()), "Password(…)");
}

#[test]
fn a_name_of_a_person_is_one_visible_line() {
    for good in ["Ada", "Žofie Müller-Lüdenscheidt", "O'Hara", &"x".repeat(100)] {
        assert!(PersonName::from_text(good).is_ok(), "{good:?}");
    }
    for wrong in ["", " ", "a\nb", "a\u{202e}b", &"x".repeat(101)] {
        assert!(PersonName::from_text(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_last_active_staff_cannot_be_lost() {
    let user = |is_active, is_admin| User {
        api_key: None,
        email: String::new(),
        first_name: String::new(),
        id: 1,
        is_active,
        is_admin,
        last_name: String::new(),
        username: String::new(),
    };
    let (staff, customer, resting) = (user(true, true), user(true, false), user(false, true));
    for change in [StandingChange::Deactivate, StandingChange::RevokeStaff] {
        assert_eq!(change_standing(&staff, change, 0), Err(LastStaff), "{change:?}");
        assert!(change_standing(&staff, change, 1).is_ok(), "{change:?}");
        assert!(change_standing(&customer, change, 0).is_ok(), "{change:?}");
        assert!(change_standing(&resting, change, 0).is_ok(), "{change:?}");
    }
    assert!(change_standing(&customer, StandingChange::GrantStaff, 0).unwrap().is_admin);
    assert!(change_standing(&resting, StandingChange::Activate, 0).unwrap().is_active);
}
