//! Fetches the pictures of the copy before anybody asks, so that they are here when the product service is not.
//!
//! Gently: one at a time, with a pause between two, never driving out a picture that the copy shows, and
//! longer and longer pauses while the product service does not answer.

use super::{Media, NoPicture};
use crate::catalogue::copy::Catalogue;
use chassis::shutdown::Shutdown;
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::time::sleep;

/// The time between two pictures.
const PAUSE: Duration = Duration::from_millis(20);

/// A change of the catalogue seldom comes alone: so long is waited for the others.
const SETTLES_WITHIN: Duration = Duration::from_secs(1);

/// The pauses while the product service does not answer, up to half of each at random: a crowd of storefronts
/// does not come at once.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// How a round through the pictures ended.
enum Round {
    /// Every picture that has room is here, or is nowhere.
    Done,
    BrokenOff,
}

/// Fetches what is missing whenever the catalogue has changed, until the process drains.
pub(in crate::catalogue) async fn fetch_ahead(catalogue: Arc<Catalogue>, media: Media, shutdown: Shutdown) {
    let mut changes = catalogue.changes();
    let mut delay = FIRST_RETRY;
    let work = async {
        loop {
            let seen = changes.borrow_and_update().products;
            media.set_room(catalogue.room_for_pictures());
            match round(&catalogue.pictures(), &media).await {
                Round::Done => {
                    delay = FIRST_RETRY;
                    if changes.wait_for(|changes| changes.products != seen).await.is_err() {
                        return;
                    }
                    sleep(SETTLES_WITHIN).await;
                }
                Round::BrokenOff => {
                    sleep(delay.mul_f64(rand::random_range(1.0..1.5))).await;
                    delay = (delay * 2).min(LONGEST_RETRY);
                }
            }
        }
    };
    shutdown.unless_draining(work).await;
}

async fn round(pictures: &[String], media: &Media) -> Round {
    let wanted: Arc<HashSet<String>> = Arc::new(pictures.iter().cloned().collect());
    for hash in pictures.iter().filter(|hash| !media.has(hash)) {
        match media.get_ahead(hash, &wanted).await {
            Ok(true) | Err(NoPicture::NotFound) => {}
            Ok(false) => return Round::Done,
            Err(NoPicture::Unavailable) => return Round::BrokenOff,
        }
        sleep(PAUSE).await;
    }
    Round::Done
}
