//! The rules of the basket, one by one.

use super::{
    Amount, Basket, Change, Limit, MAX_BYTES, MAX_LINES, Shortfall, Unsent, hand_over, value::MAX_BATCHES,
};
use contract::{
    Timestamp,
    order::{Item, Merged, NotApplied, NotAppliedReason, Order, OrderState},
};
use uuid::Uuid;

const NOW_MS: i64 = 1_795_253_400_000;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(NOW_MS)
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The open order of user 7 with these products and quantities; each costs ten times its number.
pub(super) fn order(pieces: &[(i64, i64)]) -> Order {
    let items = pieces.iter().map(|&(product, quantity)| Item {
        product,
        quantity,
        name: format!("Tea {product}"),
        unit_price: product.saturating_mul(10),
        line_total: 0,
        refusal: None,
    });
    Order {
        id: 1,
        is_open: true,
        state: OrderState::Open,
        items: items.collect(),
        user_id: 7,
        total: 0,
        currency: "EUR".parse().unwrap(),
        placed_at: None,
        delivery_name: None,
        delivery_address: None,
    }
}

fn merged(pieces: &[(i64, i64)]) -> Merged {
    Merged { result: (!pieces.is_empty()).then(|| order(pieces)), not_applied: vec![] }
}

fn of_user(pieces: &[(i64, i64)]) -> Basket {
    let mut basket = Basket::default();
    basket.log_in(7);
    assert!(basket.adopt(Some(&order(pieces)), now()));
    basket
}

fn pieces(basket: &Basket) -> Vec<(i64, i64)> {
    basket.lines().iter().map(|line| (line.product_id, line.quantity)).collect()
}

fn stored(basket: &Basket) -> Basket {
    Basket::decode(&basket.encode()).expect("what was written can be read")
}

fn short(product_id: i64, limit: Limit) -> Option<Shortfall> {
    Some(Shortfall { product_id, limit })
}

#[test]
fn a_guest_fills_a_basket_within_the_bounds_and_nothing_is_sent() {
    let mut basket = Basket::default();
    assert_eq!(basket.add(1, 2, id(1)), None);
    assert_eq!(basket.add(2, 998, id(2)), None);
    assert_eq!(basket.add(2, 3, id(3)), short(2, Limit::Quantity));
    assert_eq!(basket.set(1, 5, id(4)), None);
    assert_eq!(basket.set(3, 0, id(5)), None);
    assert_eq!(pieces(&basket), [(1, 5), (2, 999)]);
    assert_eq!((basket.pieces(), basket.quantity(2), basket.quantity(9)), (1_004, 999, 0));
    assert_eq!((basket.next_to_send(), basket.has_pending(), basket.seen_at()), (None, false, None));
    assert_eq!(stored(&basket), basket);
    for product_id in 3..=MAX_LINES as i64 {
        assert_eq!(basket.add(product_id, 1, id(6)), None);
    }
    assert_eq!(basket.add(777, 1, id(7)), short(777, Limit::Lines));
    assert_eq!(basket.lines().len(), MAX_LINES);
    assert_eq!(basket.set(1, 0, id(8)), None);
    assert_eq!(basket.add(777, 1_000, id(9)), short(777, Limit::Quantity));
    assert_eq!(basket.quantity(777), 999);
}

#[test]
fn nonsense_changes_nothing() {
    for mut basket in [Basket::default(), of_user(&[(1, 1)])] {
        let before = basket.clone();
        for (product_id, number) in [(0, 1), (-1, 1), (1, 0), (1, -5), (i64::MIN, i64::MIN)] {
            assert_eq!(basket.add(product_id, number, id(1)), None);
        }
        assert_eq!(basket.set(1, -1, id(1)), None);
        assert_eq!(basket, before);
    }
}

#[test]
fn an_emptied_guest_basket_is_blank_and_a_later_one_has_another_id() {
    let mut basket = Basket::default();
    basket.add(1, 1, id(1));
    basket.set(1, 0, id(2));
    assert!(basket.is_blank());
    basket.add(1, 1, id(3));
    basket.log_in(7);
    assert_eq!(stored(&basket).next_to_send().map(|merge| merge.merge_id), Some(id(3)));
}

#[test]
fn a_guests_basket_becomes_the_users_and_is_sent_once_the_browser_knows() {
    let mut basket = Basket::default();
    basket.add(1, 2, id(1));
    basket.add(2, 1, id(2));
    let guests_cookie = basket.encode();
    basket.log_in(7);
    assert_eq!(basket.next_to_send(), None, "not in the answer to the login");
    let basket = stored(&basket);
    let merge = basket.next_to_send().expect("now it is");
    assert_eq!((basket.owner(), merge.merge_id), (Some(7), id(1)));
    assert_eq!(merge.changes, [Change::add(1, 2).to_wire(), Change::add(2, 1).to_wire()]);

    let mut again = Basket::decode(&guests_cookie).unwrap();
    again.log_in(7);
    let again = stored(&again).next_to_send().map(|merge| merge.merge_id);
    assert_eq!(again, Some(id(1)), "a login sent twice merges once");
}

#[test]
fn a_basket_is_never_shown_to_the_wrong_person() {
    let mut leftover = of_user(&[(1, 2)]);
    leftover.add(2, 1, id(1));
    leftover.checkout_lost(id(2));
    let mut other = leftover.clone();
    other.log_in(8);
    assert_eq!((pieces(&other), other.owner(), other.has_pending()), (vec![], Some(8), false));
    assert_eq!((other.checkout_in_doubt(), other.is_blank()), (None, true));
    assert_eq!(leftover.clone().of_visitor(Some(8)), other);
    assert_eq!(leftover.clone().of_visitor(None), Basket::default());
    assert_eq!(leftover.clone().of_visitor(Some(7)), leftover, "the owner comes back to it");
    let foreign = Order { user_id: 8, ..order(&[(9, 9)]) };
    let before = leftover.clone();
    assert!(!leftover.adopt(Some(&foreign), now()));
    assert_eq!(leftover, before);
    leftover.log_out();
    assert_eq!(leftover, Basket::default());
}

#[test]
fn changes_of_a_user_show_at_once_and_wait_in_their_order() {
    let mut basket = of_user(&[(1, 1), (2, 2)]);
    assert_eq!(basket.add(1, 4, id(1)), None);
    assert_eq!(basket.set(2, 0, id(2)), None);
    assert_eq!(basket.add(3, 1, id(2)), None);
    assert_eq!(pieces(&basket), [(1, 5), (3, 1)]);
    let prices: Vec<_> = basket.lines().iter().map(|line| line.unit_price).collect();
    assert_eq!(prices, [Some(10), None], "a price is the order service's, or not known yet");
    let mut basket = stored(&basket);
    assert_eq!(basket.next_to_send().unwrap().changes, [Change::add(1, 4).to_wire()]);
    basket.settled(id(1), &merged(&[(1, 5), (2, 2)]), now());
    let second = basket.next_to_send().unwrap();
    assert_eq!((second.merge_id, second.changes.len()), (id(2), 2));
    basket.settled(id(2), &merged(&[(1, 5), (3, 1)]), now());
    assert_eq!((pieces(&basket), basket.has_pending()), (vec![(1, 5), (3, 1)], false));
    assert_eq!(basket.lines()[1].unit_price, Some(30));
}

#[test]
fn what_was_changed_elsewhere_is_taken_over() {
    let mut basket = of_user(&[(1, 1)]);
    assert!(basket.adopt(Some(&order(&[(5, 5)])), now()));
    assert_eq!(pieces(&basket), [(5, 5)]);
    basket.add(1, 1, id(1));
    assert!(basket.adopt(None, now()));
    assert_eq!(pieces(&basket), [(1, 1)], "what waits is not lost by it");
}

#[test]
fn a_basket_that_may_hold_a_change_already_is_not_taken_over() {
    let mut basket = of_user(&[(1, 1)]);
    basket.add(1, 1, id(1));
    basket.sent(id(1));
    let mut basket = stored(&basket);
    assert!(!basket.adopt(Some(&order(&[(1, 2)])), now()));
    assert_eq!(pieces(&basket), [(1, 2)], "not three");
    basket.settled(id(1), &merged(&[(1, 2)]), now());
    assert!(basket.adopt(Some(&order(&[(1, 3)])), now()));
    assert_eq!(pieces(&basket), [(1, 3)]);
}

#[test]
fn the_full_basket_that_was_seen_does_not_refuse_what_the_order_service_may_take() {
    let full: Vec<_> = (1..=MAX_LINES as i64).map(|product_id| (product_id, 999)).collect();
    let mut basket = of_user(&full);
    assert_eq!(basket.add(500, 1, id(1)), short(500, Limit::Lines));
    assert_eq!(basket.add(1, 1, id(1)), short(1, Limit::Quantity));
    let merge = basket.next_to_send().unwrap();
    assert_eq!(merge.changes, [Change::add(500, 1).to_wire(), Change::add(1, 1).to_wire()]);
    assert_eq!(pieces(&basket), full, "but it shows what is likely");
}

#[test]
fn what_did_not_fit_is_told_once_even_after_a_redirect() {
    let note = NotApplied { product_id: 3, reason: NotAppliedReason::UnknownProduct };
    let mut basket = of_user(&[(1, 1)]);
    basket.add(3, 1, id(1));
    let answer = Merged { not_applied: vec![note.clone()], ..merged(&[(1, 1)]) };
    basket.settled(id(1), &answer, now());
    let mut basket = stored(&basket);
    assert_eq!((basket.take_notes(), basket.take_notes()), (vec![note], vec![]));
}

/// The known limit is what waits: of two answers at once the last cookie wins.
#[test]
fn two_tabs_that_add_at_once_both_count_once_the_order_service_has_both() {
    let both_had = of_user(&[(1, 1)]);
    let (mut one, mut other) = (both_had.clone(), both_had);
    one.add(1, 1, id(1));
    other.add(2, 1, id(2));
    one.settled(id(1), &merged(&[(1, 2)]), now());
    other.settled(id(2), &merged(&[(1, 2), (2, 1)]), now());
    let mut last_cookie = stored(&one);
    assert!(last_cookie.adopt(Some(&order(&[(1, 2), (2, 1)])), now()));
    assert_eq!(pieces(&last_cookie), [(1, 2), (2, 1)]);
}

#[test]
fn a_refused_batch_does_not_hold_up_the_others() {
    let mut basket = of_user(&[]);
    basket.add(1, 1, id(1));
    basket.add(2, 1, id(2));
    assert_eq!(basket.give_up(id(1)), [Change::add(1, 1)]);
    assert_eq!(basket.next_to_send().map(|merge| merge.merge_id), Some(id(2)));
    assert_eq!(basket.give_up(id(1)), []);
}

#[tokio::test]
async fn handing_over_goes_on_until_something_stops_it() {
    let answer = |merge_id: u128| match merge_id {
        2 => Err(Unsent::Refused),
        4 => Err(Unsent::Unknown),
        _ => Ok(merged(&[(1, 1)])),
    };
    let mut basket = of_user(&[]);
    for number in 1..=5 {
        basket.add(number, 1, id(number as u128));
    }
    let handed_over = hand_over(&mut basket, now(), |merge| {
        let answer = answer(merge.merge_id.as_u128());
        async move { answer }
    })
    .await;
    assert_eq!(
        (handed_over.stopped_by, handed_over.given_up),
        (Some(Unsent::Unknown), vec![Change::add(2, 1)])
    );
    assert_eq!(pieces(&basket), [(1, 1), (4, 1), (5, 1)]);
    assert!(!basket.adopt(Some(&order(&[])), now()), "batch 4 is in doubt");
    let handed_over =
        hand_over(&mut basket, now(), |_| async { Err::<Merged, _>(Unsent::NothingHappened) }).await;
    assert_eq!(handed_over.stopped_by, Some(Unsent::NothingHappened));
    assert_eq!(pieces(&basket), [(1, 1), (4, 1), (5, 1)]);
}

#[test]
fn more_changes_than_there_is_room_for_are_summed_up_but_never_those_that_were_sent() {
    let mut basket = of_user(&[]);
    basket.add(1, 1, id(1));
    basket.sent(id(1));
    for number in 2..=200 {
        assert_eq!(basket.add(1 + number as i64 % 3, 1, id(number)), None);
        basket = stored(&basket);
    }
    assert_eq!(basket.pieces(), 200);
    let first = basket.next_to_send().unwrap();
    assert_eq!((first.merge_id, first.changes), (id(1), vec![Change::add(1, 1).to_wire()]));
    let mut sent = 0;
    while let Some(merge) = basket.next_to_send() {
        sent += 1;
        basket.settled(merge.merge_id, &merged(&[]), now());
    }
    assert_eq!(sent, MAX_BATCHES);
}

#[test]
fn whatever_it_holds_it_fits_and_no_waiting_change_is_left_out() {
    let far = i64::MAX - 200;
    let full: Vec<_> = (0..100).map(|number| (far / 1_000 * 10 + number, 999)).collect();
    let mut basket = of_user(&[]);
    assert!(basket.adopt(Some(&order(&full)), now()));
    basket.checkout_lost(id(1));
    let mut refused = 0;
    for number in 0..400 {
        let change = Change { product_id: far + number % 200, amount: Amount::Add(999) };
        if basket.change(change, id(number as u128)).is_some_and(|short| short.limit == Limit::Pending) {
            refused += 1;
        }
        let encoded = basket.encode();
        assert!(encoded.len() <= MAX_BYTES, "{} bytes", encoded.len());
        let read = Basket::decode(&encoded).unwrap();
        assert_eq!(read.pending, basket.pending);
        assert_eq!(read.checkout_in_doubt(), Some(id(1)));
    }
    assert!(refused > 0, "it was not filled");

    let mut guest = Basket::default();
    let refused = (0..100).filter(|number| guest.add(far + number, 999, id(1)).is_some()).count();
    assert_eq!(stored(&guest), guest);
    assert_eq!(guest.lines().len() + refused, 100, "what does not fit is told");
}

#[test]
fn where_the_next_batch_leaves_no_room_a_change_is_refused_and_told() {
    let far = i64::MAX - 200;
    let mut basket = Basket::default();
    for number in 0..100 {
        assert_eq!(basket.add(far + number, 999, id(1)), None, "a guest's hundred lines always fit");
    }
    basket.log_in(7);
    let before = stored(&basket);
    let mut after = before.clone();
    // As when the lines of an old order are put back: all under one id.
    let refused = (100..150).find(|number| {
        after.set(far, 0, id(2));
        after.add(far + number, 1, id(2)) == short(far + number, Limit::Pending)
    });
    let refused = far + refused.expect("the room ends somewhere");
    assert_eq!(after.quantity(refused), 0);
    assert_eq!(after.next_to_send(), before.next_to_send(), "what goes out next stays as it is");
    assert_eq!(after.pending.len(), 2);
}

#[test]
fn a_usual_basket_of_a_hundred_lines_fits_whole() {
    let lines: Vec<_> = (0..100).map(|number| (10_000 + number * 97, 1 + number % 12)).collect();
    let mut basket = of_user(&lines);
    for number in 0..20 {
        basket.set(10_000 + number * 97, 3, id(number as u128));
    }
    let key = basket.checkout_key(id(77));
    let mut read = stored(&basket);
    assert_eq!(read, basket);
    assert_eq!(read.checkout_key(id(78)), key);
}

#[test]
fn a_basket_as_it_never_is_counts_as_none() {
    let mut basket = of_user(&[(1, 2), (3, 4)]);
    basket.add(1, 1, id(1));
    basket.checkout_lost(id(2));
    let encoded = basket.encode();
    for length in 0..encoded.len() {
        assert_eq!(Basket::decode(&encoded[..length]), None, "cut at {length}");
    }
    assert_eq!(Basket::decode(&[&encoded[..], &[0]].concat()), None);
    assert_eq!(Basket::decode(&[&[2], &encoded[1..]].concat()), None, "of another form");
    let nobodys = Basket { owner: None, ..basket };
    assert_eq!(Basket::decode(&nobodys.encode()), None, "a guest has seen no order");
}

#[test]
fn seeing_the_same_again_changes_nothing_for_a_minute() {
    let mut basket = of_user(&[(1, 1)]);
    let before = basket.clone();
    let later = |ms| Timestamp::from_unix_ms(NOW_MS + ms);
    basket.adopt(Some(&order(&[(1, 1)])), later(59_999));
    assert_eq!(basket, before);
    basket.adopt(Some(&order(&[(1, 1)])), later(60_000));
    assert_eq!(basket.seen_at(), Some(later(60_000)));
    basket.adopt(Some(&order(&[(1, 2)])), later(60_001));
    assert_eq!(basket.seen_at(), Some(later(60_001)));
}

#[test]
fn lines_that_cannot_be_are_passed_over() {
    let mut basket = of_user(&[]);
    let mut strange = order(&[(1, 0), (2, 1_000), (-3, 1), (4, 1), (5, 1)]);
    strange.items[4].unit_price = -1;
    basket.adopt(Some(&strange), now());
    assert_eq!(pieces(&basket), [(4, 1), (5, 1)]);
    assert_eq!(stored(&basket), basket);
    let many: Vec<_> = (1..=300).map(|product_id| (product_id, 1)).collect();
    basket.adopt(Some(&order(&many)), now());
    assert_eq!(basket.lines().len(), MAX_LINES);
    assert_eq!(stored(&basket), basket);
}

#[test]
fn a_checkout_keeps_its_key_as_long_as_its_pieces_are_the_same() {
    let mut basket = of_user(&[(1, 2), (3, 4)]);
    assert_eq!(basket.checkout_key(id(1)), id(1));
    assert_eq!(stored(&basket).checkout_key(id(2)), id(1), "the page was opened twice");
    basket.adopt(Some(&order(&[(3, 4), (1, 2)])), now());
    assert_eq!(basket.checkout_key(id(2)), id(1), "the order of the lines does not matter");
    basket.add(1, 1, id(9));
    assert_eq!(basket.checkout_key(id(3)), id(3));
    basket.set(1, 2, id(10));
    assert_eq!(basket.checkout_key(id(4)), id(4), "a key that was dropped does not come back");
}

#[test]
fn a_lost_checkout_is_in_doubt_until_it_is_known() {
    let mut basket = of_user(&[(1, 2)]);
    let key = basket.checkout_key(id(1));
    assert_eq!(basket.checkout_in_doubt(), None);
    basket.checkout_lost(key);
    let mut basket = stored(&basket);
    assert_eq!((basket.checkout_in_doubt(), basket.checkout_key(id(2))), (Some(key), key));
    let mut refused = basket.clone();
    refused.checkout_refused();
    assert_eq!((refused.checkout_in_doubt(), refused.checkout_key(id(2))), (None, key));
    basket.checked_out(now());
    assert_eq!((basket.checkout_in_doubt(), pieces(&basket)), (None, vec![]));
    assert_eq!(basket.seen_at(), Some(now()));
}
