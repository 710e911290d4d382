//! Hashing and checking passwords: Argon2id, off the async threads, so many at once and no more.

use crate::{account::Password, error::Error, metrics::Metrics};
use anyhow::anyhow;
use argon2::{
    ARGON2ID_IDENT, Argon2, Params, PasswordHasher, PasswordVerifier,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use std::{sync::Arc, time::Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a hash costs: 19 MiB of memory, 2 passes, 1 lane, as OWASP's Password Storage Cheat Sheet wants at
/// least. Hashes made with other parameters are made anew at the next login.
pub const OWASP: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => unreachable!(),
};

/// How many may wait for each hash that is being made. At some 20 ms each, the last one waits for about a
/// second; whoever comes then is told to come back rather than kept.
const WAITING_PER_HASH: usize = 64;

/// Makes and checks hashes, a bounded number at a time, because each takes 19 MiB. Clones are one.
#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    params: Params,
    /// A hash that no password has, to be checked where there is no account.
    nobody: String,
    metrics: Metrics,
}

/// The right to hash, until dropped.
pub struct Slot {
    permit: OwnedSemaphorePermit,
    params: Params,
    metrics: Metrics,
}

/// What came of checking a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Checked {
    Wrong,
    Right {
        /// The password's hash with the present parameters, if the checked one has others.
        renewed: Option<String>,
    },
}

impl Passwords {
    /// At most `parallelism` hashes at a time.
    ///
    /// # Errors
    /// The parameters cannot be written down.
    pub fn new(parallelism: usize, params: Params, metrics: Metrics) -> anyhow::Result<Self> {
        let parallelism = parallelism.max(1);
        Ok(Self {
            running: Arc::new(Semaphore::new(parallelism)),
            waiting: Arc::new(Semaphore::new(parallelism * WAITING_PER_HASH)),
            nobody: hash_of_nobody(&params)?,
            params,
            metrics,
        })
    }

    /// Waits for its turn.
    ///
    /// # Errors
    /// Too many wait already.
    pub async fn slot(&self) -> Result<Slot, Error> {
        let place = self.waiting.try_acquire().map_err(|_| Error::Busy)?;
        let _counted = self.metrics.waiting_for_hash();
        let permit = Arc::clone(&self.running).acquire_owned().await;
        let permit = permit.map_err(|error| Error::Internal(error.into()))?;
        drop(place);
        Ok(Slot { permit, params: self.params.clone(), metrics: self.metrics.clone() })
    }

    /// A hash that no password has and that takes as long to check as one made now.
    pub fn of_nobody(&self) -> String {
        self.nobody.clone()
    }
}

impl Slot {
    /// Makes the hash of a password: a PHC string with its parameters.
    ///
    /// # Errors
    /// There is no memory or no randomness.
    pub async fn hash(self, password: Password) -> Result<String, Error> {
        self.run(move |params| hash(&password, params)).await
    }

    /// Checks a password against its hash.
    ///
    /// # Errors
    /// There is no memory, or `hash` is none.
    pub async fn check(self, password: Password, hash: String) -> Result<Checked, Error> {
        self.run(move |params| check(&password, &hash, params)).await
    }

    /// The permit goes along: a request that is given up gives no right to start another hash meanwhile.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Params) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let done = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let result = work(&self.params);
            self.metrics.hashed(began.elapsed());
            drop(self.permit);
            result
        });
        done.await.map_err(anyhow::Error::from).flatten().map_err(Error::Internal)
    }
}

fn hash(password: &Password, params: &Params) -> anyhow::Result<String> {
    let hashed = Argon2::from(params).hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| anyhow!("cannot hash a password: {error}"))
}

fn check(password: &Password, hash_text: &str, params: &Params) -> anyhow::Result<Checked> {
    let known = PasswordHash::new(hash_text).map_err(|error| anyhow!("a stored hash is none: {error}"))?;
    match Argon2::default().verify_password(password.as_bytes(), &known) {
        Ok(()) if is_made_with(&known, params) => Ok(Checked::Right { renewed: None }),
        Ok(()) => Ok(Checked::Right { renewed: Some(hash(password, params)?) }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Checked::Wrong),
        Err(error) => Err(anyhow!("cannot check a password: {error}")),
    }
}

fn is_made_with(hash: &PasswordHash, params: &Params) -> bool {
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    hash.algorithm == ARGON2ID_IDENT
        && Params::try_from(hash).is_ok_and(|made_with| costs(&made_with) == costs(params))
}

/// Random bytes in place of a hash: checking computes the real one and finds it different.
fn hash_of_nobody(params: &Params) -> anyhow::Result<String> {
    let unwritable = |error| anyhow!("cannot write a hash: {error}");
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(argon2::Version::default().into()),
        params: ParamsString::try_from(params).map_err(|error| anyhow!("cannot write a hash: {error}"))?,
        salt: Some(Salt::new(&rand::random::<[u8; 16]>()).map_err(unwritable)?),
        hash: Some(Output::new(&rand::random::<[u8; 32]>()).map_err(unwritable)?),
    };
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Checked, OWASP, Passwords, check, hash, hash_of_nobody};
    use crate::{account::Password, error::Error, metrics::Metrics};
    use argon2::Params;
    use chassis::input::FieldValue;

    fn password(text: &str) -> Password {
        Password::from_text(text).unwrap()
    }

    #[test]
    fn a_hash_records_its_parameters_and_is_renewed_when_they_change() {
        let weaker = Params::new(1024, 1, 1, None).unwrap();
        let old = hash(&password("correct horse"), &weaker).unwrap();
        assert!(old.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{old}");
        let Checked::Right { renewed: Some(new) } = check(&password("correct horse"), &old, &OWASP).unwrap()
        else {
            panic!("the hash was not renewed")
        };
        assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
        let right = Checked::Right { renewed: None };
        assert_eq!(check(&password("correct horse"), &new, &OWASP).unwrap(), right);
        assert_eq!(check(&password("wrong horse"), &new, &OWASP).unwrap(), Checked::Wrong);
    }

    #[test]
    fn nobody_has_the_parameters_of_everybody_and_no_password() {
        let nobody = hash_of_nobody(&OWASP).unwrap();
        assert!(nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{nobody}");
        assert_eq!(check(&password("correct horse"), &nobody, &OWASP).unwrap(), Checked::Wrong);
    }

    #[tokio::test]
    async fn whoever_comes_when_too_many_wait_is_told_so() {
        let metrics = Metrics::new(&chassis::metrics::Metrics::new("user", "0"));
        let passwords = Passwords::new(1, OWASP, metrics).unwrap();
        let taken = passwords.slot().await.unwrap();
        let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(passwords.slot())).collect();
        for slot in &mut waiting {
            assert!(futures::poll!(slot).is_pending());
        }
        assert!(matches!(passwords.slot().await, Err(Error::Busy)));
        drop(taken);
        assert!(waiting.remove(0).await.is_ok(), "the first in the queue has its turn");
        assert!(matches!(futures::poll!(Box::pin(passwords.slot())), std::task::Poll::Pending));
    }
}
