//! Random shoppers over a bad network: whatever gets lost, the basket at the order service ends as if each
//! change that the shopper was told of had been made once.

use super::{Amount, Basket, Change, Unsent, hand_over, tests::order};
use contract::{
    Timestamp,
    order::{Merge, Merged},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
};
use uuid::Uuid;

const SHOPPERS: u64 = 60;
const REQUESTS: usize = 60;

/// A basket by the rules of the order service, as its own tests have them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pieces(Vec<(i64, i64)>);

impl Pieces {
    fn change(&mut self, product_id: i64, add: Option<i64>, set: Option<i64>) {
        let place = self.0.iter().position(|line| line.0 == product_id);
        let present = place.map_or(0, |place| self.0[place].1);
        let wanted = set.unwrap_or(present + add.unwrap_or(0)).min(999);
        match place {
            Some(place) if wanted == 0 => drop(self.0.remove(place)),
            Some(place) => self.0[place].1 = wanted,
            None if wanted == 0 || self.0.len() >= 100 => {}
            None => self.0.push((product_id, wanted)),
        }
    }

    fn make(&mut self, change: Change) {
        match change.amount {
            Amount::Add(pieces) => self.change(change.product_id, Some(pieces), None),
            Amount::Set(quantity) => self.change(change.product_id, None, Some(quantity)),
        }
    }

    fn sorted(&self) -> Vec<(i64, i64)> {
        let mut pieces = self.0.clone();
        pieces.sort_unstable();
        pieces
    }
}

/// The order service: each id counts once.
#[derive(Default)]
struct Service {
    basket: Pieces,
    known: HashSet<Uuid>,
}

impl Service {
    fn merge(&mut self, merge: &Merge) -> Merged {
        if self.known.insert(merge.merge_id) {
            for change in &merge.changes {
                self.basket.change(change.product_id, change.add, change.set);
            }
        }
        Merged { result: Some(order(&self.basket.0)), not_applied: vec![] }
    }
}

/// What may go wrong.
#[derive(Clone, Copy, Default)]
struct Network {
    /// Of ten calls, so many do not reach the order service.
    unreached: u32,
    /// Of ten calls that do, so many are not answered.
    unanswered: u32,
    /// Of ten answers to the browser, so many get lost, cookies and all.
    lost: u32,
}

struct Shopper {
    random: StdRng,
    service: RefCell<Service>,
    cookie: Vec<u8>,
    /// Every change that was made known to the shopper or has reached the order service, once.
    expected: Pieces,
    requests: u64,
}

impl Shopper {
    fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let cookie = Basket::default().encode();
        Self { random, service: RefCell::default(), cookie, expected: Pieces::default(), requests: 0 }
    }

    fn happens(&mut self, of_ten: u32) -> bool {
        self.random.random_range(0..10) < of_ten
    }

    fn some_change(&mut self) -> Change {
        let product_id = self.random.random_range(1..=9);
        match self.random.random_range(0..10) {
            0 => Change::set(product_id, 0),
            1 => Change::set(product_id, self.random.random_range(1..=999)),
            2 => Change::add(product_id, self.random.random_range(300..=999)),
            _ => Change::add(product_id, self.random.random_range(1..=5)),
        }
    }

    /// One request: changes, then everything that waits is handed over, then the basket is read if all of it
    /// arrived.
    async fn request(&mut self, is_change: bool, network: Network) {
        self.requests += 1;
        let mut basket = Basket::decode(&self.cookie).expect("the browser brings back what it was given");
        let merge_id = Uuid::from_u64_pair(7, self.requests);
        let count = if is_change { self.random.random_range(1..=3) } else { 0 };
        let changes: Vec<Change> = (0..count).map(|_| self.some_change()).collect();
        for change in &changes {
            basket.change(*change, merge_id);
        }
        let fates: Vec<(bool, bool)> =
            (0..40).map(|_| (self.happens(network.unreached), self.happens(network.unanswered))).collect();
        let (calls, service) = (Cell::new(0), &self.service);
        let handed_over = hand_over(&mut basket, Timestamp::from_unix_ms(0), |merge| {
            let (is_unreached, is_unanswered) = fates[calls.replace(calls.get() + 1)];
            let answer = match (is_unreached, is_unanswered) {
                // Whether the sender knows that nothing has happened is chance, too.
                (true, true) => Err(Unsent::NothingHappened),
                (true, false) => Err(Unsent::Unknown),
                (false, true) => {
                    service.borrow_mut().merge(&merge);
                    Err(Unsent::Unknown)
                }
                (false, false) => Ok(service.borrow_mut().merge(&merge)),
            };
            async move { answer }
        })
        .await;
        if handed_over.stopped_by.is_none() && basket.owner().is_some() {
            basket.adopt(Some(&order(&self.service.borrow().basket.0)), Timestamp::from_unix_ms(0));
        }
        let is_lost = self.happens(network.lost);
        if !is_lost {
            self.cookie = basket.encode();
        }
        // A change whose answer was lost on its way to the browser counts if it has arrived: the shopper saw
        // neither.
        if !is_lost || self.service.borrow().known.contains(&merge_id) {
            changes.iter().for_each(|change| self.expected.make(*change));
        }
        let shown = Basket::decode(&self.cookie).expect("what was written can be read");
        let shown = Pieces(shown.lines().iter().map(|line| (line.product_id, line.quantity)).collect());
        // What the browser never heard of is shown once the order service has answered.
        if !is_lost && (network.lost == 0 || handed_over.stopped_by.is_none()) {
            assert_eq!(shown.sorted(), self.expected.sorted(), "what is shown is what will be");
        }
    }

    fn log_in(&mut self, network: Network) {
        let mut basket = Basket::decode(&self.cookie).expect("the browser brings back what it was given");
        basket.log_in(7);
        if !self.happens(network.lost) {
            self.cookie = basket.encode();
        }
    }

    fn waiting(&self) -> usize {
        Basket::decode(&self.cookie).map_or(0, |basket| basket.pending.len())
    }

    fn is_guest(&self) -> bool {
        Basket::decode(&self.cookie).is_some_and(|basket| basket.owner().is_none())
    }

    /// The network is mended; one look at the basket.
    async fn end(mut self, seed: u64) {
        self.request(false, Network::default()).await;
        assert_eq!(self.waiting(), 0, "shopper {seed}");
        assert_eq!(self.service.borrow().basket.sorted(), self.expected.sorted(), "shopper {seed}");
    }
}

/// As long as there is room for every request's changes, answers to the browser may get lost as well.
#[tokio::test]
async fn nothing_is_doubled_and_nothing_lost_whatever_answers_get_lost() {
    for seed in 0..SHOPPERS {
        let mut shopper = Shopper::new(seed);
        let network =
            Network { unreached: seed as u32 % 9, unanswered: seed as u32 % 7, lost: seed as u32 % 5 };
        for _ in 0..seed % 10 {
            shopper.request(true, network).await;
        }
        while shopper.is_guest() {
            shopper.log_in(network);
            // A guest still, if the answer was lost; and the basket goes on growing.
            shopper.request(true, network).await;
        }
        for _ in 0..REQUESTS {
            let is_change = shopper.happens(5) && shopper.waiting() < 15;
            shopper.request(is_change, network).await;
        }
        shopper.end(seed).await;
    }
}

/// Long outages with many changes, which are summed up, and every answer reaches the browser.
#[tokio::test]
async fn changes_that_are_summed_up_are_neither_doubled_nor_lost() {
    for seed in 0..SHOPPERS {
        let mut shopper = Shopper::new(seed);
        shopper.log_in(Network::default());
        for part in 0..4 {
            let network = Network { unreached: [10, 9, 3, 10][part], unanswered: seed as u32 % 11, lost: 0 };
            for _ in 0..REQUESTS {
                let is_change = shopper.happens(8);
                shopper.request(is_change, network).await;
            }
        }
        shopper.end(seed).await;
    }
}
