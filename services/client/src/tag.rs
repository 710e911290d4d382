//! Answers that need not be sent again: a service gives each a name, and says so when it still holds.

use crate::{
    answer::{Answer, Unreadable},
    call::Call,
};
use reqwest::{
    StatusCode,
    header::{self, HeaderValue},
};

/// What was made of an answer, to be shown when the same is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made<T> {
    pub value: T,
    /// What the service calls the answer (its `ETag`), if it said so.
    tag: Option<HeaderValue>,
}

impl Call<'_> {
    /// Asks for an answer only if it is another than the one that this was made of.
    pub(crate) fn unless<T>(self, known: Option<&Made<T>>) -> Self {
        match known.and_then(|known| known.tag.clone()) {
            Some(tag) => self.header(header::IF_NONE_MATCH, tag),
            None => self,
        }
    }
}

impl<T: Clone> Made<T> {
    /// What is made of the answer to a question that was asked unless `known` holds.
    pub(crate) fn of(
        answer: &Answer,
        known: Option<&Self>,
        make: impl FnOnce(&Answer) -> Result<T, Unreadable>,
    ) -> Result<Self, Unreadable> {
        if answer.status != StatusCode::NOT_MODIFIED {
            return Ok(Self { value: make(answer)?, tag: answer.headers.get(header::ETAG).cloned() });
        }
        // Where nothing was named, nothing can be as it was.
        known.filter(|known| known.tag.is_some()).cloned().ok_or(Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::Made;
    use crate::answer::{Answer, Unreadable};
    use reqwest::{
        StatusCode,
        header::{ETAG, HeaderMap, HeaderValue},
    };

    fn length(answer: &Answer) -> Result<usize, Unreadable> {
        if answer.body.is_empty() { Err(Unreadable) } else { Ok(answer.body.len()) }
    }

    fn made(status: StatusCode, body: &str, known: Option<&Made<usize>>) -> Result<Made<usize>, Unreadable> {
        let headers = HeaderMap::from_iter([(ETAG, HeaderValue::from_static("\"2\""))]);
        Made::of(&Answer { status, headers, body: body.into() }, known, length)
    }

    fn known(value: usize, tag: Option<&'static str>) -> Made<usize> {
        Made { value, tag: tag.map(HeaderValue::from_static) }
    }

    #[test]
    fn what_was_made_holds_only_if_the_service_was_told_of_it() {
        let named = known(7, Some("\"1\""));
        assert_eq!(made(StatusCode::NOT_MODIFIED, "", Some(&named)), Ok(named));
        for known in [None, Some(&known(7, None))] {
            assert_eq!(made(StatusCode::NOT_MODIFIED, "", known), Err(Unreadable));
        }
    }

    #[test]
    fn another_answer_is_made_into_something_anew() {
        for earlier in [None, Some(&known(7, Some("\"1\"")))] {
            assert_eq!(made(StatusCode::OK, "abc", earlier), Ok(known(3, Some("\"2\""))));
            assert_eq!(made(StatusCode::OK, "", earlier), Err(Unreadable));
        }
    }
}
