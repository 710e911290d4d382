//! `/status.json`: what the script asks for to keep an open page true.

use serde::Serialize;

use super::{Health, Page, Parts};

/// The health of the parts and the sentences of the banner.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) parts: Vec<PartStatus>,
    pub(crate) notices: Vec<NoticeStatus>,
    pub(crate) capabilities: Capabilities,
}

/// One part of the footer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartStatus {
    pub(crate) part: &'static str,
    pub(crate) health: &'static str,
    /// The word in the footer.
    pub(crate) text: &'static str,
}

/// One sentence of the banner.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoticeStatus {
    pub(crate) about: &'static str,
    pub(crate) text: String,
}

/// What a shopper can do now.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Capabilities {
    pub(crate) browse: bool,
    pub(crate) register: bool,
    pub(crate) log_in: bool,
    pub(crate) order: bool,
}

impl Capabilities {
    /// A part that nobody has heard of yet is taken to be up.
    pub(crate) fn new(parts: Parts) -> Self {
        let users = parts.user != Health::Down;
        Self { browse: true, register: users, log_in: users, order: parts.order != Health::Down }
    }
}

impl Status {
    /// From a page whose notices are filled from the parts' health.
    pub(crate) fn new(page: &Page) -> Self {
        let part = |(part, health): (super::Part, Health)| PartStatus {
            part: part.name(),
            health: health.name(),
            text: health.label(),
        };
        Self {
            parts: page.parts.all().into_iter().map(part).collect(),
            notices: page
                .notices
                .iter()
                .map(|notice| NoticeStatus { about: notice.about.name(), text: notice.text.clone() })
                .collect(),
            capabilities: Capabilities::new(page.parts),
        }
    }
}
