//! Password hashes with the parameters of the user service, one after the other in the same memory.

use crate::{sample::Sample, server::cpu_seconds};
use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::time::Instant;

/// What the user service hashes with: 19 MiB, 2 passes, 1 lane (OWASP).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes for so long and writes what it showed.
///
/// # Errors
/// A hash cannot be made.
pub(crate) fn run(seconds: f64) -> anyhow::Result<()> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| anyhow!("{error}"))?;
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::default(), params);
    let (mut output, mut latencies_us, began) = ([0; 32], Vec::new(), Instant::now());
    while began.elapsed().as_secs_f64() < seconds {
        let one = Instant::now();
        argon2
            .hash_password_into_with_memory(b"correct horse battery", &[7; 16], &mut output, &mut memory)
            .map_err(|error| anyhow!("{error}"))?;
        latencies_us.push(u32::try_from(one.elapsed().as_micros())?);
    }
    let sample = Sample::of(latencies_us, began.elapsed().as_secs_f64(), cpu_seconds("self")?);
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}
