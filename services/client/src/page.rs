//! Lists that come a page at a time.

use crate::answer::{Answer, Unreadable};
use reqwest::{Url, header};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What to ask for as `after` to get the next page; none on the last one.
    pub next: Option<String>,
}

/// The `after` of the next page, from the answer's `Link`.
pub(crate) fn next(answer: &Answer) -> Result<Option<String>, Unreadable> {
    let Some(link) = answer.headers.get(header::LINK) else { return Ok(None) };
    let link = link.to_str().map_err(|_| Unreadable)?;
    let target = link.strip_prefix('<').and_then(|link| link.split_once(">;")).ok_or(Unreadable)?;
    if target.1.trim() != "rel=\"next\"" {
        return Ok(None);
    }
    // Only the query counts; a base is needed to read a path as an address.
    let base = Url::parse("http://peer.invalid/").map_err(|_| Unreadable)?;
    let target = base.join(target.0).map_err(|_| Unreadable)?;
    let after = target.query_pairs().find(|(name, _)| name == "after").ok_or(Unreadable)?;
    Ok(Some(after.1.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::next;
    use crate::answer::Answer;
    use reqwest::{StatusCode, header};

    fn answer(link: &str) -> Answer {
        let headers = [(header::LINK, link.parse().unwrap())].into_iter().collect();
        Answer { status: StatusCode::OK, headers, body: Vec::new() }
    }

    #[test]
    fn the_next_page_is_named_by_the_link() {
        for (link, after) in [
            ("</api/users?limit=2&after=17>; rel=\"next\"", Some("17")),
            (
                "</api/products?q=a%26after%3D1&after=p%3A12%2C%E2%82%AC&limit=1>; rel=\"next\"",
                Some("p:12,€"),
            ),
            ("<https://shop.example/api/orders?after=9>; rel=\"next\"", Some("9")),
            ("</api/users?after=3>; rel=\"prev\"", None),
        ] {
            assert_eq!(next(&answer(link)).unwrap().as_deref(), after, "{link}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_garbage() {
        for link in ["", "/api/users?after=3", "</api/users?limit=3>; rel=\"next\"", "</api/users?after=3"] {
            assert!(next(&answer(link)).is_err(), "{link}");
        }
    }
}
