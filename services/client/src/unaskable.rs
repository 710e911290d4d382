//! Addresses that are not sent: what a shopper may type into one must not make a peer answer in a way that
//! speaks against it.

use crate::{call::Call, error::Refused};
use chassis::problem::{ApiError, Kind};
use reqwest::Request;

/// The longest address that is sent. Every product, search and place in a list fits well.
const MAX_URL_BYTES: usize = 8 * 1024;

/// What the services would say to an address that cannot be sent, or not so that they see what was meant.
pub(crate) fn unaskable(call: &Call<'_>, request: &Request) -> Option<Refused> {
    let is_named = |segment: &&str| {
        // An address leaves these out.
        !matches!(*segment, "" | "." | "..")
            && !segment.contains(|character: char| character.is_ascii_control())
    };
    let is_short = request.url().as_str().len() <= MAX_URL_BYTES;
    let error = if !call.path.iter().all(is_named) || (!is_short && call.query.is_empty()) {
        ApiError::new(Kind::NotFound, "There is nothing of this name")
    } else if !is_short {
        ApiError::new(Kind::BadRequest, "The query is too long")
    } else {
        return None;
    };
    Some(Refused {
        status: error.status().as_u16(),
        problem: Box::new(error.problem().clone()),
        retry_after: None,
    })
}
