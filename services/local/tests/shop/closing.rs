//! However the shop ends, it leaves no process behind.

use kit::eventually;
use kit::shop::{Part, Shop};

use crate::{SOON, is_alive};

async fn processes(shop: &Shop) -> Vec<u32> {
    let mut pids = Vec::new();
    for part in Part::ALL {
        pids.push(shop.process_id(part).await.expect("it runs"));
    }
    pids
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_every_process_a_frozen_one_included() {
    let mut shop = Shop::start().await;
    let pids = processes(&shop).await;
    shop.freeze(Part::Product).await;

    assert!(shop.close().success(), "{}", shop.log());
    assert!(!pids.into_iter().any(is_alive), "{}", shop.log());
    assert!(shop.log().contains("Closing"), "{}", shop.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_outlives_a_killed_supervisor() {
    let shop = Shop::start().await;
    let pids = processes(&shop).await;
    let supervisor = shop.status().await["pid"].to_string();
    let killed = std::process::Command::new("kill").args(["-KILL", &supervisor]).status();
    assert!(killed.expect("kill is there").success());
    eventually(SOON, "every part is gone", async || {
        match pids.iter().filter(|pid| is_alive(**pid)).count() {
            0 => Ok(()),
            left => Err(left),
        }
    })
    .await;
}
