//! What the services promise together: whole shops of real processes, parts of which are stopped, frozen,
//! restored and cut off from their databases.

mod backups;
mod ends;
mod ledger;
mod measures;
mod outages;
mod postgres;
mod secrets;
mod selling;
mod shopper;
mod traces;

use std::time::Duration;

/// For what happens within moments, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(30);
