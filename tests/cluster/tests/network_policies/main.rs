//! Network policies, as a table of what they let through and what not. Each case is a test, over pods that all share:
//! it runs alone, and takes its policies away again.

mod cases;
mod town;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use cases::{CASES, Case};
use town::{Edge, Town};

/// How long a change may take until it is in force everywhere, on a busy machine. It is usually a tenth of a second.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(90);

fn main() {
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let shared =
        Arc::new(Shared { runtime: Runtime::new().expect("start a runtime"), town: OnceLock::new() });
    let of_case =
        |case: &'static Case| shared.trial(case.name, async move |town: &Town| check(town, case).await);
    let mut trials = CASES.iter().map(of_case).collect::<Vec<_>>();
    trials.extend([
        shared.trial("who_is_outside_of_the_cluster_is_no_pod", who_is_outside_of_the_cluster_is_no_pod),
        shared.trial("kubelets_reach_their_pods_whatever_is_forbidden", kubelets_reach_their_pods),
        shared.trial("a_pod_that_is_labelled_later_is_let_in", a_pod_that_is_labelled_later_is_let_in),
    ]);
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(shared); // The namespaces go before the process does.
    conclusion.exit();
}

/// What all cases use; made when the first of them runs, so that listing them needs no cluster.
struct Shared {
    runtime: Runtime,
    town: OnceLock<Town>,
}

impl Shared {
    fn trial(self: &Arc<Self>, name: &str, test: impl AsyncFnOnce(&Town) + Send + 'static) -> Trial {
        let shared = Arc::clone(self);
        Trial::test(name, move || {
            let town = shared.town.get_or_init(|| shared.runtime.block_on(Town::build()));
            shared.runtime.block_on(async {
                town.lift_all().await;
                test(town).await;
                town.lift_all().await;
            });
            Ok(())
        })
    }
}

/// Everything is open before, as the case says under its policies, and open again without them.
async fn check(town: &Town, case: &Case) {
    let parse = |edge: &&'static str, open| (Edge::parse(edge), open);
    let open = case.open.iter().map(|edge| parse(edge, true));
    let expected = open.chain(case.closed.iter().map(|edge| parse(edge, false))).collect::<Vec<_>>();
    let without = expected.iter().map(|(edge, _)| (*edge, true)).collect::<Vec<_>>();
    town.becomes("all is open without a policy", &without).await;

    town.impose((case.policies)(town)).await;
    town.becomes("what is forbidden is closed, and nothing else", &expected).await;
    // A second look: the first may have taken an edge that was slow for one that was closed. What is closed must not be
    // open even once; what is open may be slow again.
    let again = town.look(&expected).await;
    let opened =
        again.iter().filter(|(edge, open)| *open && expected.contains(&(*edge, false))).collect::<Vec<_>>();
    assert!(opened.is_empty(), "it does not stay closed: {opened:?}");
    if again != expected {
        town.becomes("what is allowed stays open", &expected).await;
    }

    town.lift_all().await;
    town.becomes("all is open again when the policy is gone", &without).await;
}

async fn who_is_outside_of_the_cluster_is_no_pod(town: &Town) {
    if town.shop.cluster().bed_or_skip("who_is_outside_of_the_cluster_is_no_pod").is_none() {
        return;
    }
    let (pod, stranger) = (Edge::parse("monitor > web:8080"), Edge::parse("host > web:8080"));
    town.becomes("all is open without a policy", &[(pod, true), (stranger, true)]).await;
    town.impose(cases::from_all_pods(town)).await;
    town.becomes("only pods come in", &[(pod, true), (stranger, false)]).await;
    town.impose(cases::from_all_but(town, "monitor")).await;
    town.becomes("all others come in", &[(pod, false), (stranger, true)]).await;
}

async fn kubelets_reach_their_pods(town: &Town) {
    town.impose(cases::nothing_in_or_out(town)).await;
    town.becomes("nobody reaches it", &[(Edge::parse("order > web:8080"), false)]).await;
    let before = town.asked("web").await;
    kit::eventually(IN_FORCE_WITHIN, "the kubelet asks three times more", async || {
        let asked = town.asked("web").await;
        if asked >= before + 3 { Ok(()) } else { Err(format!("asked {asked} times, {before} before")) }
    })
    .await;
}

async fn a_pod_that_is_labelled_later_is_let_in(town: &Town) {
    let edge = Edge::parse("monitor > web:8080");
    town.impose(cases::from_friends(town)).await;
    town.becomes("a stranger stays outside", &[(edge, false)]).await;
    town.label("monitor", Some("friend")).await;
    town.becomes("a friend comes in", &[(edge, true)]).await;
    town.label("monitor", None).await;
    town.becomes("who was a friend stays outside", &[(edge, false)]).await;
}
