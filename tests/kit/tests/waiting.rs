//! `eventually` waits no longer than it must and tells what it saw.

use std::time::Duration;

use kit::eventually;

#[tokio::test]
async fn what_happens_at_the_third_look_is_returned() {
    let mut looks = 0;
    let seen = eventually(Duration::from_secs(5), "three looks", async || {
        looks += 1;
        if looks == 3 { Ok(looks) } else { Err(looks) }
    })
    .await;
    assert_eq!(seen, 3);
}

#[tokio::test]
#[should_panic(expected = "the moon is full; last seen: \"half\"")]
async fn a_missed_deadline_tells_the_last_state() {
    eventually(Duration::from_millis(50), "the moon is full", async || Err::<(), _>("half")).await;
}

#[tokio::test]
#[should_panic(expected = "an answer; the first look never came back")]
async fn a_look_that_hangs_misses_the_deadline_too() {
    eventually(Duration::from_millis(50), "an answer", async || {
        std::future::pending::<Result<(), ()>>().await
    })
    .await;
}
