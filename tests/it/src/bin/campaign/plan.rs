//! What goes wrong and when: a pure function of the seed.

use std::fmt;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::part::Part;

/// Faults that run beside each other, so that two processes may be away at once.
pub(crate) const LANES: u64 = 2;

/// Longer than PostgreSQL lets a frozen transaction hold its locks (3 s), and than a shopper waits.
const LONG_FREEZE_MS: u64 = 3500;

/// One fault: after the one before it, a while passes, and then it strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) after: Duration,
    pub(crate) part: Part,
    pub(crate) replica: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SIGKILL, and another process after a while.
    Kill { away: Duration },
    /// SIGSTOP, and SIGCONT after a while.
    Freeze { frozen: Duration },
}

/// The generator of one of the campaign's actors: each has its own, so that what one draws does not change
/// what another draws.
pub(crate) fn chance(seed: u64, actor: &str) -> StdRng {
    // FNV-1a: the standard library's hasher may change between versions, and seeds are written down.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    StdRng::seed_from_u64(actor.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, fold))
}

/// The faults of one lane; there is no end to them.
pub(crate) fn faults(seed: u64, lane: u64, replicas: usize) -> impl Iterator<Item = Fault> {
    let mut chance = chance(seed, &format!("faults {lane}"));
    std::iter::repeat_with(move || fault(&mut chance, replicas))
}

fn fault(chance: &mut StdRng, replicas: usize) -> Fault {
    let mut ms = |range: std::ops::Range<u64>| Duration::from_millis(chance.random_range(range));
    let after = ms(20..500);
    let away = ms(0..400);
    let frozen = ms(100..1200);
    let kind = match chance.random_range(0..100) {
        0..75 => Kind::Kill { away },
        75..97 => Kind::Freeze { frozen },
        _ => Kind::Freeze { frozen: Duration::from_millis(LONG_FREEZE_MS) },
    };
    // Orders are what the rules are about; the order service is hit twice as often.
    let part = [Part::User, Part::Product, Part::Order, Part::Order][chance.random_range(0..4)];
    Fault { after, part, replica: chance.random_range(0..replicas), kind }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, how_long) = match self.kind {
            Kind::Kill { away } => ("kill", away),
            Kind::Freeze { frozen } => ("freeze", frozen),
        };
        let name = format!("{}-{}", self.part.name(), self.replica + 1);
        write!(
            formatter,
            "after {:>4} ms  {what:<6}  {name:<9}  for {:>4} ms",
            self.after.as_millis(),
            how_long.as_millis()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Kind, Part, faults};

    fn first_hundred(seed: u64, lane: u64) -> Vec<Fault> {
        faults(seed, lane, 2).take(100).collect()
    }

    #[test]
    fn a_seed_stands_for_the_same_faults_every_time() {
        assert_eq!(first_hundred(7, 0), first_hundred(7, 0));
        assert_ne!(first_hundred(7, 0), first_hundred(8, 0));
        assert_ne!(first_hundred(7, 0), first_hundred(7, 1));
    }

    #[test]
    fn every_replica_of_every_part_is_killed_and_frozen() {
        let plan = first_hundred(1, 0);
        for part in Part::ALL {
            for replica in [0, 1] {
                let strikes = |wanted: fn(&Kind) -> bool| {
                    plan.iter()
                        .any(|fault| fault.part == part && fault.replica == replica && wanted(&fault.kind))
                };
                assert!(strikes(|kind| matches!(kind, Kind::Kill { .. })), "{part:?} {replica}");
                assert!(strikes(|kind| matches!(kind, Kind::Freeze { .. })), "{part:?} {replica}");
            }
        }
    }
}
