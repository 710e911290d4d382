//! Pages that say what went wrong.

pub(crate) const SUPPORT_CODE: &str = "Support code";
pub(crate) const HOME: &str = "To the shop";
pub(crate) const AGAIN: &str = "Try again";

/// The heading and the sentence for a status.
pub(crate) fn of(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => (
            "We did not understand that",
            "Something in the request was not as it should be. Please go back and try again.",
        ),
        401 => ("Please login", "This page is only for those who are logged in."),
        403 => (
            "This door is locked",
            "Your account may not see this page, or the request came from another site.",
        ),
        404 => ("There is nothing here", "The page may have moved, or the product was taken off the shelf."),
        405 => (
            "That does not work here",
            "This address does not take that kind of request. Please go back and use the button on the page.",
        ),
        408 => {
            ("That took too long", "The request came too slowly. Please check your connection and try again.")
        }
        409 => ("It has changed in the meantime", "Please look at it again before going on."),
        413 => ("That is too large", "What you sent is larger than this page takes."),
        415 => ("We cannot read that", "What you sent has a type that this page does not take."),
        429 => (
            "One moment, please",
            "Many requests came from you in a short time. Please wait a little and try again.",
        ),
        431 => ("That is too large", "Your browser sent more cookies or headers than we take."),
        503 => (
            "Back in a moment",
            "This part of the shop is resting. Nothing is lost; please try again shortly.",
        ),
        _ if (400..500).contains(&status) => ("That did not work", "Please go back and try again."),
        _ => (
            "Something went wrong here",
            "It is our fault, not yours. If it happens again, please tell us the code below.",
        ),
    }
}
