//! The first staff account: its login lies in a file, and the file is the authority whenever it changes.
//!
//! What was last enforced is remembered in the database, so that a password which the person changed later
//! stays, until the file says something else.

use crate::{
    account::{Email, Password, Username},
    error::Error,
    passwords::{Checked, Passwords},
    store::{Enforced, StaffLogin, Store},
};
use anyhow::{Context as _, bail};
use chassis::{clock::Clock, input::FieldValue, shutdown::Shutdown};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How often the file is looked at. Mounted Secrets take up to a minute to change anyway.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A staff login as a file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub username: Username,
    pub password: Password,
    pub email: Email,
}

/// The JSON file, or the three files of a folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    username: String,
    password: String,
    email: Option<String>,
}

impl Login {
    /// Reads a JSON file, or a folder with a file for each member.
    ///
    /// # Errors
    /// Something is missing or wrong.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        Self::read_unexplained(path).with_context(|| format!("in --staff-login {}", path.display()))
    }

    fn read_unexplained(path: &Path) -> anyhow::Result<Self> {
        let written = if path.is_dir() {
            let member = |name: &str| {
                let text = std::fs::read_to_string(path.join(name));
                text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            };
            Written {
                username: member("username").context("cannot read the file username")?,
                password: member("password").context("cannot read the file password")?,
                email: member("email").ok(),
            }
        } else {
            let text = std::fs::read_to_string(path).context("cannot read it")?;
            // Without the cause, which could quote the password.
            serde_json::from_str(&text)
                .map_err(|_| anyhow::anyhow!("it must be JSON: {{\"username\": …, \"password\": …}}"))?
        };
        let username = read_field("username", &written.username)?;
        let email = match written.email.filter(|email| !email.is_empty()) {
            Some(email) => read_field("email", &email)?,
            None => Email::reserved_for(&username),
        };
        Ok(Self { password: read_field("password", &written.password)?, username, email })
    }
}

fn read_field<T: FieldValue>(name: &str, text: &str) -> anyhow::Result<T> {
    T::from_text(text).map_err(|message| anyhow::anyhow!("{name} {message}"))
}

/// Makes sure that the login works, if it is not the one that was last enforced. Returns whether it did.
///
/// # Errors
/// The database failed, or the e-mail address belongs to another account.
pub async fn enforce(
    login: &Login,
    store: &Store,
    passwords: &Passwords,
    clock: &Clock,
) -> anyhow::Result<bool> {
    let mut hash = None;
    loop {
        let last = store.staff_login().await?;
        if let Some(last) = &last
            && is_same(login, last, passwords).await?
        {
            return Ok(false);
        }
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(passwords.slot().await?.hash(login.password.clone()).await?),
        };
        let enforced = store.enforce_staff_login(
            last,
            login.username.clone(),
            login.email.clone(),
            hash.clone(),
            clock.now_unix_ms(),
        );
        match enforced.await? {
            Enforced::Done => return Ok(true),
            Enforced::Overtaken => {}
            Enforced::EmailTaken => bail!("the e-mail address of --staff-login belongs to another account"),
        }
    }
}

async fn is_same(login: &Login, last: &StaffLogin, passwords: &Passwords) -> Result<bool, Error> {
    if last.username != login.username.as_str() || last.email != login.email.as_str() {
        return Ok(false);
    }
    let checked = passwords.slot().await?.check(login.password.clone(), last.password_hash.clone()).await?;
    Ok(checked != Checked::Wrong)
}

/// Looks at the file again and again and enforces what it says when that is not what is `known` to be
/// enforced, until the process drains. A file that cannot be read changes nothing.
pub(crate) async fn follow(
    path: PathBuf,
    mut known: Option<Login>,
    store: Store,
    passwords: Passwords,
    clock: Clock,
    shutdown: Shutdown,
) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let mut told = String::new();
    while shutdown.unless_draining(looks.tick()).await.is_some() {
        let outcome = match Login::read(&path) {
            Ok(login) if known.as_ref() == Some(&login) => Ok(false),
            Ok(login) => {
                let outcome = enforce(&login, &store, &passwords, &clock).await;
                if outcome.is_ok() {
                    known = Some(login);
                }
                outcome
            }
            Err(error) => Err(error),
        };
        let problem = outcome.map_or_else(|error| format!("{error:#}"), |_| String::new());
        // Told once, not every two seconds.
        if !problem.is_empty() && problem != told {
            tracing::error!(error = problem, "the staff login cannot be enforced; the last one stays");
        }
        told = problem;
    }
}

#[cfg(test)]
mod tests {
    use super::Login;
    use std::fs;

    #[test]
    fn a_login_is_a_json_file_or_a_folder_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("login.json");
        fs::write(&file, r#"{"username": "keeper", "password": "a long secret"}"#).unwrap();
        let from_file = Login::read(&file).unwrap();
        assert_eq!(from_file.email.as_str(), "keeper@staff.invalid");
        let secret = folder.path().join("secret");
        fs::create_dir(&secret).unwrap();
        fs::write(secret.join("username"), "keeper\n").unwrap();
        fs::write(secret.join("password"), "a long secret\n").unwrap();
        assert_eq!(Login::read(&secret).unwrap(), from_file);
        fs::write(secret.join("email"), "keeper@example.com").unwrap();
        assert_eq!(Login::read(&secret).unwrap().email.as_str(), "keeper@example.com");
    }

    #[test]
    fn a_bad_file_is_told_without_its_password() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("login.json");
        for wrong in
            ["", "{}", r#"{"username": "keeper", "password": "short"}"#, r#"{"username": "a long secret"#]
        {
            fs::write(&file, wrong).unwrap();
            let told = format!("{:#}", Login::read(&file).unwrap_err());
            assert!(told.contains("--staff-login") && !told.contains("a long secret"), "{told}");
        }
        assert!(Login::read(&folder.path().join("nowhere")).is_err());
    }
}
