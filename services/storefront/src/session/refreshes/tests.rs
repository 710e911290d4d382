//! One exchange for many requests.

use super::{REMEMBERED, Refreshes};
use crate::session::value::tests::keys;
use contract::user::Keys;
use futures::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// A user service that takes a while, and counts.
#[derive(Clone, Default)]
struct UserService {
    asked: Arc<AtomicUsize>,
    is_down: bool,
}

impl UserService {
    async fn exchange(self) -> Result<Keys, &'static str> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
        if self.is_down { Err("down") } else { Ok(keys(&format!("key {number}"), "next")) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn refresh(
    refreshes: &Refreshes<&'static str>,
    token: &str,
    service: &UserService,
) -> Result<String, &'static str> {
    let answer = refreshes.once(token, || service.clone().exchange()).await;
    answer.map(|keys| keys.api_key.clone()).map_err(|error| *error)
}

#[tokio::test(start_paused = true)]
async fn requests_that_refresh_at_once_share_one_exchange_and_late_ones_its_answer() {
    let (refreshes, service) = (Refreshes::default(), UserService::default());
    let answers = join_all((0..50).map(|_| refresh(&refreshes, "old", &service))).await;
    assert!(answers.iter().all(|answer| *answer == Ok("key 1".into())), "{answers:?}");
    tokio::time::sleep(REMEMBERED - Duration::from_millis(200)).await;
    assert_eq!(refresh(&refreshes.clone(), "old", &service).await, Ok("key 1".into()));
    assert_eq!(service.asked(), 1);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(refresh(&refreshes, "old", &service).await, Ok("key 2".into()), "forgotten by now");
}

#[tokio::test(start_paused = true)]
async fn other_sessions_do_not_share() {
    let (refreshes, service) = (Refreshes::default(), UserService::default());
    let (one, other) =
        tokio::join!(refresh(&refreshes, "one", &service), refresh(&refreshes, "other", &service));
    assert_ne!(one, other);
    assert_eq!(service.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_those_who_wait_and_tried_again_by_the_next() {
    let refreshes = Refreshes::default();
    let down = UserService { is_down: true, ..UserService::default() };
    let answers = join_all((0..5).map(|_| refresh(&refreshes, "old", &down))).await;
    assert_eq!((answers, down.asked()), (vec![Err("down"); 5], 1));
    let up = UserService::default();
    assert_eq!(refresh(&refreshes, "old", &up).await, Ok("key 1".into()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_goes_away_leaves_the_exchange_to_the_others() {
    let (refreshes, service) = (Refreshes::default(), UserService::default());
    let first = tokio::time::timeout(Duration::from_millis(50), refresh(&refreshes, "old", &service));
    let second = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        refresh(&refreshes, "old", &service).await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err(), "it went away");
    assert_eq!((second, service.asked()), (Ok("key 1".into()), 1));
}
