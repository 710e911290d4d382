//! The frame around every page: whose shop it is, who looks at it, and what is up.

use std::sync::Arc;

use super::CopyNote;
use crate::assets::Assets;
use crate::format::Format;
use crate::texts;

/// How this shop looks and writes; the same for every page of the process.
#[derive(Debug)]
pub(crate) struct Look {
    /// The name over the door.
    pub(crate) title: String,
    /// BCP 47 tag of the pages' language: the language of the texts, with the shop's region if it fits.
    pub(crate) language: String,
    pub(crate) format: Format,
    pub(crate) assets: Assets,
}

impl Look {
    /// `locale` is the shop's; `accent_color` is `#` and six hexadecimal digits.
    pub(crate) fn new(title: &str, locale: &str, currency: contract::Currency, accent_color: &str) -> Self {
        let same_language = locale.split('-').next() == Some(texts::LANGUAGE)
            && locale.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        Self {
            title: title.to_owned(),
            language: if same_language { locale } else { texts::LANGUAGE }.to_owned(),
            format: Format::new(locale, currency),
            assets: Assets::new(accent_color),
        }
    }
}

/// Everything that a page has beside its own content.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) look: Arc<Look>,
    /// Of the page alone; empty on the home page.
    pub(crate) title: String,
    /// The path of this page with its query, where the shopper comes back to after a login.
    pub(crate) path: String,
    /// Absent for a guest.
    pub(crate) shopper: Option<Shopper>,
    /// Pieces in the basket.
    pub(crate) basket_count: i64,
    /// What stands in the search field.
    pub(crate) query: String,
    pub(crate) parts: Parts,
    /// What is degraded, at the top of the page.
    pub(crate) notices: Vec<Notice>,
    /// What was just done.
    pub(crate) flash: Option<Flash>,
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shopper {
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) is_staff: bool,
    /// False when only the name is left: the tokens died while accounts were down.
    pub(crate) is_alive: bool,
}

impl Shopper {
    /// How the pages call them.
    pub(crate) fn name(&self) -> &str {
        if self.first_name.is_empty() { &self.username } else { &self.first_name }
    }
}

/// A part of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    User,
    Product,
    Order,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::User, Self::Product, Self::Order];

    /// Its name in marks and in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
        }
    }

    /// Its name for people.
    pub(crate) fn label(self) -> &'static str {
        texts::frame::part(self.name())
    }
}

/// How a part was when the storefront last heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Health {
    Up,
    Down,
    #[default]
    Unknown,
}

impl Health {
    /// Its name in marks and in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }

    /// A word for people.
    pub(crate) fn label(self) -> &'static str {
        texts::frame::health(self.name())
    }
}

/// The health of the three parts behind the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) user: Health,
    pub(crate) product: Health,
    pub(crate) order: Health,
}

impl Parts {
    #[cfg(test)]
    pub(crate) const UP: Self = Self { user: Health::Up, product: Health::Up, order: Health::Up };

    /// The health of one part.
    pub(crate) fn of(&self, part: Part) -> Health {
        match part {
            Part::User => self.user,
            Part::Product => self.product,
            Part::Order => self.order,
        }
    }

    /// Part and health, in the order of the footer.
    pub(crate) fn all(&self) -> [(Part, Health); 3] {
        Part::ALL.map(|part| (part, self.of(part)))
    }
}

/// A sentence about a part that is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) about: Part,
    pub(crate) text: String,
}

/// A sentence about what was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    pub(crate) text: String,
    /// True if it did not work.
    pub(crate) is_problem: bool,
}

impl Page {
    /// A frame with nothing special in it.
    pub(crate) fn new(look: Arc<Look>, title: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            look,
            title: title.into(),
            path: path.into(),
            shopper: None,
            basket_count: 0,
            query: String::new(),
            parts: Parts::default(),
            notices: Vec::new(),
            flash: None,
        }
    }

    /// Says that a part is down, instead of what was said about it before.
    pub(crate) fn notice(&mut self, about: Part, text: impl Into<String>) {
        self.notices.retain(|notice| notice.about != about);
        self.notices.push(Notice { about, text: text.into() });
    }

    /// Says that products come from the storefront's copy, and how old it is (`#catalogue-age`).
    pub(crate) fn show_copy(&mut self, copy: CopyNote) {
        self.notice(Part::Product, copy.text());
    }

    /// Says the usual sentence about every part that is down and of which nothing was said yet.
    /// `catalogue_age` is the age of the storefront's copy, if there is one.
    pub(crate) fn notices_from_health(&mut self, catalogue_age: Option<std::time::Duration>) {
        for (part, health) in self.parts.all() {
            if health == Health::Down && !self.notices.iter().any(|notice| notice.about == part) {
                let text = match (part, catalogue_age) {
                    (Part::User, _) => texts::degraded::ACCOUNTS.to_owned(),
                    (Part::Order, _) => texts::degraded::ORDERS.to_owned(),
                    (Part::Product, Some(age)) => texts::degraded::catalogue_of(age),
                    (Part::Product, None) => texts::degraded::NO_CATALOGUE.to_owned(),
                };
                self.notices.push(Notice { about: part, text });
            }
        }
    }

    /// Where a guest logs in, and comes back from to this page; never back to another login.
    pub(crate) fn login_href(&self) -> String {
        let leads_nowhere = ["/", "/login", "/register", "/logout"].into_iter().any(|path| self.is_at(path));
        if leads_nowhere || !self.path.starts_with('/') {
            return "/login".to_owned();
        }
        let next = form_urlencoded::byte_serialize(self.path.as_bytes()).collect::<String>();
        format!("/login?next={next}")
    }

    /// What stands in the browser's tab.
    pub(crate) fn full_title(&self) -> String {
        texts::frame::full_title(&self.title, &self.look.title)
    }

    /// The address of an embedded file: `asset("shop.css")`.
    pub(crate) fn asset(&self, name: &str) -> &str {
        self.look.assets.url(name)
    }

    /// Whether the link to `path` leads to where the reader is.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }
}
