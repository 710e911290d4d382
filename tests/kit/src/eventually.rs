//! Waiting for what happens in its own time. Tests never sleep: they look again until a deadline.

use std::fmt::Debug;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until `look` answers `Ok`, and returns what it holds. `Err` means "not yet" and
/// tells the state that was seen.
///
/// # Panics
/// After `deadline`, naming `what` was awaited and the state seen last.
pub async fn eventually<T, S: Debug>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, S>,
) -> T {
    let end = Instant::now() + deadline;
    let mut last_seen = None;
    loop {
        match timeout_at(end, look()).await {
            Ok(Ok(value)) => return value,
            Ok(Err(state)) => last_seen = Some(state),
            Err(_) => match last_seen {
                Some(state) => panic!("not within {deadline:?}: {what}; a look hung; last seen: {state:?}"),
                None => panic!("not within {deadline:?}: {what}; the first look never came back"),
            },
        }
        if Instant::now() + PAUSE > end {
            panic!("not within {deadline:?}: {what}; last seen: {:?}", last_seen.expect("one look was made"));
        }
        sleep(PAUSE).await;
    }
}
