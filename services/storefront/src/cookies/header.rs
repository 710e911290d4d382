//! Cookies in the headers of requests and answers.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use super::CookieForm;

/// What a header line with a cookie consists of beside name and value, at most:
/// `set-cookie: =; Path=/; Max-Age=NNNNNNNN; HttpOnly; SameSite=Lax; Secure` and the line's end.
#[cfg(test)]
pub(crate) const MAX_COOKIE_LINE_OVERHEAD: usize = 80;

/// The values under `name`, in the order in which the browser sent them. There may be several: of another
/// path, or set by a neighbouring host.
pub(super) fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| {
            let pair = pair.trim_ascii();
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            (&pair[..equals] == name.as_bytes()).then_some(&pair[equals + 1..])
        })
}

/// A cookie to be kept for `max_age`. Name and value are ours: letters, digits and `_-.` only.
pub(crate) fn set_cookie(form: CookieForm, kind: &str, value: &str, max_age: Duration) -> HeaderValue {
    let secure = if form.is_secure() { "; Secure" } else { "" };
    let line = format!(
        "{}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        form.name(kind),
        max_age.as_secs()
    );
    let mut line = HeaderValue::try_from(line).expect("a cookie of ours is plain ASCII");
    line.set_sensitive(true);
    line
}

/// The end of a cookie.
pub(crate) fn clear_cookie(form: CookieForm, kind: &str) -> HeaderValue {
    set_cookie(form, kind, "", Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::{MAX_COOKIE_LINE_OVERHEAD, clear_cookie, set_cookie, values};
    use crate::cookies::CookieForm;
    use axum::http::{HeaderMap, HeaderValue, header};
    use std::time::Duration;

    #[test]
    fn cookies_are_found_among_others_over_several_lines() {
        let mut headers = HeaderMap::new();
        let lines: [&[u8]; 3] =
            [b"a=1; shop_x=one ;b", b"shop_xy=no; Shop_x=no; shop_x=t=w=o", b"\xff=\xfe;shop_x="];
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        let found: Vec<_> = values(&headers, "shop_x").collect();
        assert_eq!(found, [b"one".as_slice(), b"t=w=o", b""]);
        assert_eq!(values(&headers, "nothing").count(), 0);
    }

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let month = Duration::from_secs(30 * 24 * 60 * 60);
        let line = set_cookie(CookieForm::HostBound, "session", "abc", month);
        let expected = "__Host-shop_session=abc; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(line, expected);
        assert!(
            expected.len() + "set-cookie: \r\n".len()
                <= "__Host-shop_session".len() + 3 + MAX_COOKIE_LINE_OVERHEAD
        );
        assert_eq!(
            clear_cookie(CookieForm::Plain, "basket"),
            "shop_basket=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
