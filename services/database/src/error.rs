//! What can go wrong between a service and its database.

/// A statement failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine refused the statement, or could not be reached.
    #[error("the database did not carry out a statement")]
    Statement(#[from] sqlx::Error),
    /// Several writes shared a commit and the commit failed; none of them took effect.
    #[error("the database could not commit: {0}")]
    Commit(String),
    /// The database has been closed; the process is stopping.
    #[error("the database is closed")]
    Closed,
    /// A stored value is not what the store once wrote.
    #[error("column {column} holds a value that cannot be read")]
    Corrupt { column: &'static str },
}

impl Error {
    /// True if a row with these columns exists already. `constraint` is the name of the unique constraint
    /// or index, by convention `<table>_<column>_key`; SQLite names the column instead, or an expression
    /// index by its name.
    pub fn violates_unique(&self, table: &str, column: &str) -> bool {
        let Self::Statement(sqlx::Error::Database(error)) = self else { return false };
        let constraint = format!("{table}_{column}_key");
        error.is_unique_violation()
            && (error.constraint() == Some(&constraint)
                || error.message().contains(&format!("{table}.{column}"))
                || error.message().contains(&constraint))
    }

    /// True if the database cannot be used right now and the same request may succeed later: it is down,
    /// starting, overloaded, out of room, or it gave up this transaction in favour of another.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Commit(_) | Self::Closed => true,
            Self::Corrupt { .. } => false,
            Self::Statement(error) => match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                sqlx::Error::Database(error) => error.code().is_some_and(|code| is_passing(&code)),
                _ => false,
            },
        }
    }

    /// True if the server could not prove who it is. Connections tell that as data that is not valid.
    pub(crate) fn is_distrust(&self) -> bool {
        match self {
            Self::Statement(sqlx::Error::Tls(_)) => true,
            Self::Statement(sqlx::Error::Io(error)) => error.kind() == std::io::ErrorKind::InvalidData,
            _ => false,
        }
    }
}

/// Whether an engine's code tells of a passing state.
///
/// PostgreSQL (appendix A of its manual): class 08 connection, 40 rollback, 53 resources, 55P03 lock not
/// available, 57P01 to 57P03 shutdown and start, 57014 statement time-out. SQLite (its result codes, primary
/// code in the low byte): 5 BUSY, 6 LOCKED, 10 IOERR, 13 FULL.
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "40", "53", "57"].contains(&&code[..2]) || code == "55P03" || code == "25P03";
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13))
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn a_passing_state_is_told_from_a_mistake() {
        for passing in ["08006", "40001", "40P01", "53300", "57P01", "57014", "55P03", "5", "261", "10", "13"]
        {
            assert!(is_passing(passing), "{passing}");
        }
        for mistake in ["23505", "42601", "22P02", "1", "19", "2067"] {
            assert!(!is_passing(mistake), "{mistake}");
        }
    }
}
