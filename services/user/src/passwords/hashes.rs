//! Making and checking one hash, in memory that can be used again.

use super::Checked;
use crate::account::Password;
use anyhow::anyhow;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

/// The bytes of a hash, twice the least that is worth having.
const OUTPUT_BYTES: usize = 32;

/// What a hash is computed in: some 19 MiB once it was used.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

/// Makes the hash of a password: a PHC string with its parameters.
pub(super) fn hash(password: &Password, params: &Params, memory: &mut Memory) -> anyhow::Result<String> {
    let mut hash = empty(params)?;
    hash.hash = Some(compute(password, &hash, OUTPUT_BYTES, memory)?);
    Ok(hash.to_string())
}

/// Checks a password against its hash and makes it anew if it was made with other parameters.
pub(super) fn check(
    password: &Password,
    hash_text: &str,
    params: &Params,
    memory: &mut Memory,
) -> anyhow::Result<Checked> {
    let known = PasswordHash::new(hash_text).map_err(|error| anyhow!("a stored hash is none: {error}"))?;
    let expected = known.hash.ok_or_else(|| anyhow!("a stored hash is empty"))?;
    // Outputs are compared in constant time.
    if compute(password, &known, expected.len(), memory)? != expected {
        return Ok(Checked::Wrong);
    }
    let renewed = if is_made_with(&known, params) { None } else { Some(hash(password, params, memory)?) };
    Ok(Checked::Right { renewed })
}

/// Random bytes in place of a hash: checking computes the real one and finds it different.
pub(super) fn of_nobody(params: &Params) -> anyhow::Result<String> {
    let random = Output::new(&rand::random::<[u8; OUTPUT_BYTES]>());
    let hash = random.map_err(|error| anyhow!("cannot write a hash: {error}"))?;
    Ok(PasswordHash { hash: Some(hash), ..empty(params)? }.to_string())
}

/// All of a hash but the hash itself.
fn empty(params: &Params) -> anyhow::Result<PasswordHash> {
    let salt = Salt::new(&rand::random::<[u8; argon2::RECOMMENDED_SALT_LEN]>());
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params: ParamsString::try_from(params)
            .map_err(|error| anyhow!("cannot write parameters: {error}"))?,
        salt: Some(salt.map_err(|error| anyhow!("cannot write a salt: {error}"))?),
        hash: None,
    })
}

/// The output of the password with the algorithm, parameters and salt of `hash`.
fn compute(
    password: &Password,
    hash: &PasswordHash,
    output_bytes: usize,
    memory: &mut Memory,
) -> anyhow::Result<Output> {
    let unusable = |error: &dyn std::fmt::Display| anyhow!("a stored hash cannot be used: {error}");
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| unusable(&error))?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from);
    let params = Params::try_from(hash).map_err(|error| unusable(&error))?;
    let salt = hash.salt.ok_or_else(|| unusable(&"it has no salt"))?;
    memory.0.resize(params.block_count(), Block::new());
    let argon2 = Argon2::new(algorithm, version.map_err(|error| unusable(&error))?, params);
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..output_bytes).ok_or_else(|| unusable(&"it is too long"))?;
    argon2
        .hash_password_into_with_memory(password.as_bytes(), &salt, output, &mut memory.0)
        .map_err(|error| anyhow!("cannot hash a password: {error}"))?;
    Output::new(output).map_err(|error| unusable(&error))
}

fn is_made_with(hash: &PasswordHash, params: &Params) -> bool {
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    hash.algorithm == ARGON2ID_IDENT
        && Params::try_from(hash).is_ok_and(|made_with| costs(&made_with) == costs(params))
}

#[cfg(test)]
mod tests {
    use super::{Memory, check, hash, of_nobody};
    use crate::{
        account::Password,
        passwords::{Checked, OWASP},
    };
    use argon2::{Argon2, Params, PasswordHash, PasswordVerifier};

    fn password(text: &str) -> Password {
        Password::shown(text.to_owned())
    }

    #[test]
    fn a_hash_records_its_parameters_and_is_renewed_when_they_change() {
        let memory = &mut Memory::default();
        let weaker = Params::new(1024, 1, 1, None).unwrap();
        let old = hash(&password("correct horse"), &weaker, memory).unwrap();
        assert!(old.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{old}");
        let checked = check(&password("correct horse"), &old, &OWASP, memory).unwrap();
        let Checked::Right { renewed: Some(new) } = checked else { panic!("the hash was not renewed") };
        assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
        let right = Checked::Right { renewed: None };
        assert_eq!(check(&password("correct horse"), &new, &OWASP, memory).unwrap(), right);
        assert_eq!(check(&password("wrong horse"), &new, &OWASP, memory).unwrap(), Checked::Wrong);
    }

    #[test]
    fn a_hash_is_what_others_make_too_whatever_the_memory_held_before() {
        let memory = &mut Memory::default();
        for text in ["first", "second", ""] {
            let made = hash(&password(text), &OWASP, memory).unwrap();
            let parsed = PasswordHash::new(&made).unwrap();
            assert!(Argon2::default().verify_password(text.as_bytes(), &parsed).is_ok(), "{made}");
        }
    }

    #[test]
    fn nobody_has_the_parameters_of_everybody_and_no_password() {
        let nobody = of_nobody(&OWASP).unwrap();
        assert!(nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{nobody}");
        let checked = check(&password("correct horse"), &nobody, &OWASP, &mut Memory::default());
        assert_eq!(checked.unwrap(), Checked::Wrong);
    }

    #[test]
    fn what_is_no_hash_is_an_error() {
        for wrong in [
            "",
            "secret",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=7$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAA",
        ] {
            assert!(check(&password("x"), wrong, &OWASP, &mut Memory::default()).is_err(), "{wrong}");
        }
    }
}
