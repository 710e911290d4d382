//! A basket as bytes, within bounds: what waits is never left out, what was seen may be.

use contract::{
    Timestamp,
    order::{NotApplied, NotAppliedReason},
};
use uuid::Uuid;

use super::{
    Basket, MAX_BYTES,
    batch::Batch,
    change::{Amount, Change, Line, MAX_LINES, MAX_QUANTITY},
    checkout::Checkout,
    exchange::MAX_NOTES,
    value::{MAX_BATCHES, Mirror},
};
use crate::cookies::{Reader, put_number};

/// The form below. Whoever changes it keeps reading this one: guests have nothing but their cookie.
const FORM: u8 = 1;

const HAS_OWNER: u8 = 1;
const HAS_MIRROR: u8 = 2;
const HAS_CHECKOUT: u8 = 4;
const IS_IN_DOUBT: u8 = 8;
const HAS_PRICES: u8 = 16;

/// Bytes beside what waits: form, flags, owner, the checkout, and counts.
const HEAD_BYTES: usize = 50;

/// Changes in one batch: as many as the order service takes.
const MAX_CHANGES: usize = 200;

/// How much of the mirror is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Whole,
    NoPrices,
    Nothing,
}

/// Whether these batches can be kept at all.
pub(super) fn pending_fits(pending: &[Batch]) -> bool {
    let mut out = Vec::new();
    put_pending(&mut out, pending);
    let is_taken = pending.iter().all(|batch| batch.changes.len() <= MAX_CHANGES);
    is_taken && out.len() <= MAX_BYTES - HEAD_BYTES
}

impl Basket {
    /// At most [`MAX_BYTES`]. If everything does not fit, the prices that were seen are left out; then what
    /// did not fit into the basket; then the lines that were seen: the order service knows them.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let attempts = [
            (Detail::Whole, self.notes.as_slice()),
            (Detail::NoPrices, &self.notes),
            (Detail::NoPrices, &[]),
            (Detail::Nothing, &[]),
        ];
        let mut written = attempts.iter().map(|(detail, notes)| self.write(*detail, notes));
        written.find(|bytes| bytes.len() <= MAX_BYTES).unwrap_or_else(|| self.write(Detail::Nothing, &[]))
    }

    fn write(&self, detail: Detail, notes: &[NotApplied]) -> Vec<u8> {
        let mirror = self.mirror.as_ref().filter(|_| detail != Detail::Nothing);
        let has = |is_there: bool, flag: u8| if is_there { flag } else { 0 };
        let mut out = vec![
            FORM,
            has(self.owner.is_some(), HAS_OWNER)
                | has(mirror.is_some(), HAS_MIRROR)
                | has(self.checkout.is_some(), HAS_CHECKOUT)
                | has(self.checkout.is_some_and(|checkout| checkout.is_in_doubt), IS_IN_DOUBT)
                | has(detail == Detail::Whole, HAS_PRICES),
        ];
        if let Some(owner) = self.owner {
            put(&mut out, owner);
        }
        if let Some(Checkout { key, pieces, .. }) = self.checkout {
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(&pieces);
        }
        put_pending(&mut out, &self.pending);
        put_number(&mut out, notes.len() as u64);
        for note in notes {
            put(&mut out, note.product_id);
            out.push(match note.reason {
                NotAppliedReason::UnknownProduct => 0,
                NotAppliedReason::QuantityLimit => 1,
                NotAppliedReason::LineLimit => 2,
            });
        }
        if let Some(Mirror { lines, seen_at }) = mirror {
            put(&mut out, seen_at.unix_ms());
            put_number(&mut out, lines.len() as u64);
            for line in lines {
                put(&mut out, line.product_id);
                put(&mut out, line.quantity);
                if detail == Detail::Whole {
                    put(&mut out, line.unit_price.map_or(0, |price| price.saturating_add(1)));
                }
            }
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != FORM {
            return None;
        }
        let flags = reader.byte()?;
        let has = |flag: u8| flags & flag != 0;
        let owner = if has(HAS_OWNER) { Some(reader.signed()?) } else { None };
        let checkout = if has(HAS_CHECKOUT) {
            let key = uuid(&mut reader)?;
            let pieces = reader.take(8)?.try_into().ok()?;
            Some(Checkout { key, pieces, is_in_doubt: has(IS_IN_DOUBT) })
        } else {
            None
        };
        let pending =
            (0..reader.count(MAX_BATCHES)?).map(|_| batch(&mut reader)).collect::<Option<Vec<_>>>()?;
        let notes = (0..reader.count(MAX_NOTES)?).map(|_| note(&mut reader)).collect::<Option<_>>()?;
        let mirror = if has(HAS_MIRROR) { Some(mirror(&mut reader, has(HAS_PRICES))?) } else { None };
        reader.end()?;
        let is_guest = mirror.is_none()
            && pending.len() <= 1
            && pending
                .iter()
                .flat_map(|batch: &Batch| &batch.changes)
                .all(|change| matches!(change.amount, Amount::Add(_)));
        let basket = Self { owner, mirror, pending, notes, checkout, has_just_changed_hands: false };
        (basket.owner.is_some() || is_guest).then_some(basket)
    }
}

/// Ids, quantities, prices and times are never negative with us.
fn put(out: &mut Vec<u8>, number: i64) {
    put_number(out, u64::try_from(number).unwrap_or(0));
}

fn put_pending(out: &mut Vec<u8>, pending: &[Batch]) {
    put_number(out, pending.len() as u64);
    for batch in pending {
        out.extend_from_slice(batch.merge_id.as_bytes());
        put_number(out, (batch.changes.len() as u64) << 1 | u64::from(batch.is_sent));
        for change in &batch.changes {
            let (number, is_set) = match change.amount {
                Amount::Add(pieces) => (pieces, 0),
                Amount::Set(quantity) => (quantity, 1),
            };
            put(out, change.product_id);
            put(out, number << 1 | is_set);
        }
    }
}

fn batch(reader: &mut Reader<'_>) -> Option<Batch> {
    let merge_id = uuid(reader)?;
    let head = reader.number()?;
    let count = usize::try_from(head >> 1).ok().filter(|count| *count <= MAX_CHANGES)?;
    let changes = (0..count).map(|_| change(reader)).collect::<Option<_>>()?;
    Some(Batch { merge_id, changes, is_sent: head & 1 == 1 })
}

fn change(reader: &mut Reader<'_>) -> Option<Change> {
    let product_id = reader.signed()?;
    let number = reader.signed()?;
    let amount = if number & 1 == 1 { Amount::Set(number >> 1) } else { Amount::Add(number >> 1) };
    let change = Change { product_id, amount };
    (change.bounded() == Some((change, false))).then_some(change)
}

fn note(reader: &mut Reader<'_>) -> Option<NotApplied> {
    let product_id = reader.signed()?;
    let reason = match reader.byte()? {
        0 => NotAppliedReason::UnknownProduct,
        1 => NotAppliedReason::QuantityLimit,
        2 => NotAppliedReason::LineLimit,
        _ => return None,
    };
    Some(NotApplied { product_id, reason })
}

fn mirror(reader: &mut Reader<'_>, has_prices: bool) -> Option<Mirror> {
    let seen_at = Timestamp::from_unix_ms(reader.signed()?);
    let line = |reader: &mut Reader<'_>| {
        let product_id = reader.signed()?;
        let quantity = reader.signed().filter(|quantity| (1..=MAX_QUANTITY).contains(quantity))?;
        let unit_price =
            if has_prices { reader.signed()?.checked_sub(1).filter(|price| *price >= 0) } else { None };
        Some(Line { product_id, quantity, unit_price })
    };
    let lines = (0..reader.count(MAX_LINES)?).map(|_| line(reader)).collect::<Option<_>>()?;
    Some(Mirror { lines, seen_at })
}

fn uuid(reader: &mut Reader<'_>) -> Option<Uuid> {
    Uuid::from_slice(reader.take(16)?).ok()
}
