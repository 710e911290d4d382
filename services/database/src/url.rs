//! Where a database is, as one URL.

use std::{fmt, path::PathBuf, str::FromStr};

/// The two kinds of database that a service can keep its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// A file of the service's own: the embedded default, for one replica.
    Sqlite,
    /// A server: for several replicas.
    Postgres,
}

/// The address of a database: `sqlite:PATH` or `postgres://user:password@host/name?sslmode=verify-full`.
#[derive(Clone)]
pub struct DatabaseUrl {
    text: String,
}

impl DatabaseUrl {
    /// The engine that the scheme names.
    pub fn engine(&self) -> Engine {
        if self.text.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }

    /// The path of a SQLite file; the whole text otherwise.
    pub(crate) fn path(&self) -> PathBuf {
        let path = self.text.strip_prefix("sqlite:").unwrap_or(&self.text);
        PathBuf::from(path.strip_prefix("//").unwrap_or(path))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Never the text itself: it may hold a password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({:?})", self.engine())
    }
}

/// The text names no database that a service can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database is sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")]
pub struct InvalidUrl;

impl FromStr for DatabaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && rest != "//"));
        if known { Ok(Self { text: text.to_owned() }) } else { Err(InvalidUrl) }
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseUrl, Engine};

    #[test]
    fn the_scheme_names_the_engine() {
        let engine = |text: &str| text.parse::<DatabaseUrl>().map(|url| url.engine());
        assert_eq!(engine("sqlite:data/user.db"), Ok(Engine::Sqlite));
        assert_eq!(engine("postgres://shop@localhost/user"), Ok(Engine::Postgres));
        for wrong in ["mysql://x", "sqlite:", "sqlite://", "user.db", ""] {
            assert!(engine(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://shop:secret@localhost/user".parse().unwrap();
        assert!(!format!("{url:?}").contains("secret"));
    }
}
