//! Where to go on after a login: a path of this shop, never another site.

/// The longest path that is believed.
const MAX_BYTES: usize = 500;

/// Pages that are about logging in itself: going on there would lead nowhere.
const DOORS: [&str; 3] = ["/login", "/logout", "/register"];

/// The path if it is one of this shop, else the home page.
pub(crate) fn or_home(text: Option<&str>) -> &str {
    text.filter(|text| is_local(text)).unwrap_or("/")
}

/// Whether every browser reads the text as a path of this shop: one slash first, no backslash (which browsers
/// take for a slash), nothing that they would leave out.
fn is_local(text: &str) -> bool {
    let mut bytes = text.bytes();
    let begins = bytes.next() == Some(b'/') && bytes.next() != Some(b'/');
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or_default();
    begins && is_plain && text.len() <= MAX_BYTES && !DOORS.contains(&path)
}

/// The address of the login page that leads back.
pub(crate) fn login_then(path: &str) -> String {
    match or_home(Some(path)) {
        "/" => "/login".to_owned(),
        path => {
            let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("/login?next={next}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{login_then, or_home};

    #[test]
    fn a_path_of_this_shop_is_followed() {
        for path in ["/", "/checkout", "/orders/7", "/?q=green%20tea&sort=-price", "/product/a//b"] {
            assert_eq!(or_home(Some(path)), path);
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_leads_home() {
        let long = format!("/{}", "a".repeat(500));
        for wrong in [
            "",
            "checkout",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nset-cookie: a=b",
            " /checkout",
            "/caf\u{e9}",
            "/login",
            "/login?next=/",
            "/logout",
            "/register#x",
            &long,
        ] {
            assert_eq!(or_home(Some(wrong)), "/", "{wrong:?}");
        }
        assert_eq!(or_home(None), "/");
    }

    #[test]
    fn the_way_back_is_quoted() {
        assert_eq!(
            login_then("/orders?state=open&after=3"),
            "/login?next=%2Forders%3Fstate%3Dopen%26after%3D3"
        );
        assert_eq!(login_then("/"), "/login");
        assert_eq!(login_then("//evil.example"), "/login");
    }
}
