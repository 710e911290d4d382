//! Rotating the keys, and what happens to what they sealed.

use super::{CookieKeys, KEY_BYTES, sealed_chars};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::clock::Clock;
use std::{path::Path, time::Duration};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NOW_MS: i64 = 1_795_253_400_000;

/// Writes a file of keys that consist of one byte each, as an operator would replace it.
fn write(file: &Path, keys: &[u8]) {
    let lines: String = keys.iter().map(|key| BASE64_STANDARD.encode([*key; KEY_BYTES]) + "\n").collect();
    std::fs::write(file, lines).unwrap();
}

fn opened(keys: &CookieKeys, text: &str) -> Option<(Vec<u8>, bool)> {
    keys.unseal("shop_session", text.as_bytes(), DAY).map(|opened| (opened.plain, opened.is_first_key))
}

#[test]
fn keys_rotate_while_the_process_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookie-keys");
    let clock = Clock::set_at(NOW_MS);
    let look_again = || clock.advance(Duration::from_secs(1));
    write(&file, &[1]);
    let keys = CookieKeys::open(&file, clock.clone()).unwrap();
    let by_one = keys.seal("shop_session", b"ada");
    assert_eq!(opened(&keys, &by_one), Some((b"ada".to_vec(), true)));

    write(&file, &[2, 1]);
    assert_eq!(opened(&keys, &by_one), Some((b"ada".to_vec(), true)), "the file is not looked at so soon");
    look_again();
    assert_eq!(opened(&keys, &by_one), Some((b"ada".to_vec(), false)), "to be sealed anew");
    let by_two = keys.seal("shop_session", b"ada");
    assert_eq!(opened(&keys, &by_two), Some((b"ada".to_vec(), true)));

    write(&file, &[2]);
    look_again();
    assert_eq!(opened(&keys, &by_one), None, "its key was retired");
    assert_eq!(opened(&keys, &by_two), Some((b"ada".to_vec(), true)));
}

#[test]
fn a_file_that_goes_bad_or_away_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookie-keys");
    let clock = Clock::set_at(NOW_MS);
    write(&file, &[1]);
    let keys = CookieKeys::open(&file, clock.clone()).unwrap();
    let sealed = keys.seal("shop_session", b"ada");
    for break_it in [
        |file: &Path| std::fs::write(file, "not a key\n").unwrap(),
        |file: &Path| {
            std::fs::remove_file(file).unwrap();
        },
    ] {
        break_it(&file);
        clock.advance(Duration::from_secs(2));
        assert_eq!(opened(&keys, &sealed), Some((b"ada".to_vec(), true)));
    }
}

#[test]
fn a_file_without_good_keys_is_refused_at_the_start_and_no_key_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookie-keys");
    let good = BASE64_STANDARD.encode([7; KEY_BYTES]);
    let short = BASE64_STANDARD.encode([7; 31]);
    for (content, is_good) in [
        (format!("{good}\n"), true),
        (format!("\n  {good}  \r\n\n{good}"), true),
        (String::new(), false),
        ("\n\n".to_owned(), false),
        (short.clone(), false),
        (format!("{good}\n{short}\n"), false),
        (format!("{good}\n").repeat(9), false),
    ] {
        std::fs::write(&file, &content).unwrap();
        let read = CookieKeys::open(&file, Clock::set_at(0));
        assert_eq!(read.is_ok(), is_good, "{content:?}");
        if let Err(error) = read {
            let told = format!("{error:#}");
            assert!(told.contains("--cookie-key-file") && !told.contains(&short), "{told}");
        }
    }
    assert!(CookieKeys::open(&folder.path().join("none"), Clock::set_at(0)).is_err());
}

#[test]
fn what_was_sealed_too_long_ago_is_nothing() {
    let clock = Clock::set_at(NOW_MS);
    let keys = CookieKeys::for_this_process(clock.clone());
    let sealed = keys.seal("shop_session", b"ada");
    clock.advance(DAY);
    assert!(opened(&keys, &sealed).is_some());
    clock.advance(Duration::from_secs(1));
    assert!(opened(&keys, &sealed).is_none());
    let ahead = CookieKeys::for_this_process(Clock::set_at(NOW_MS));
    let sealed = ahead.seal("shop_session", b"ada");
    assert!(opened(&ahead, &sealed).is_some(), "at the very moment");
}

#[test]
fn no_text_but_the_sealed_one_opens() {
    let keys = CookieKeys::for_this_process(Clock::set_at(NOW_MS));
    let sealed = keys.seal("shop_session", b"ada");
    assert!(sealed.len() <= sealed_chars(3));
    assert!(keys.unseal("shop_basket", sealed.as_bytes(), DAY).is_none(), "sealed for another cookie");
    for text in [
        "",
        "A",
        "=",
        "é",
        &"A".repeat(4_096),
        &"A".repeat(100_000),
        &format!("{sealed}="),
        &format!(" {sealed}"),
    ] {
        assert!(opened(&keys, text).is_none(), "{} characters", text.len());
    }
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for place in 0..sealed.len() {
        for letter in alphabet {
            let mut tampered = sealed.clone().into_bytes();
            if std::mem::replace(&mut tampered[place], *letter) != *letter {
                assert!(keys.unseal("shop_session", &tampered, DAY).is_none(), "letter {place}");
            }
        }
    }
}
