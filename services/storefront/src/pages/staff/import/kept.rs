//! Files that were checked and wait to be imported: so that nobody has to choose a file twice.
//!
//! They are kept by this process alone and for a short time. Another replica, or this one after a restart,
//! does not have them and asks for the file again; nothing else depends on them.

use axum::body::Bytes;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long a file is kept: long enough to read what its import would do.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(600);

/// The most bytes of all files together: two of the largest.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The files, the oldest first. Clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(Arc<Mutex<VecDeque<File>>>);

#[derive(Debug)]
struct File {
    id: Uuid,
    owner: i64,
    bytes: Bytes,
    until_unix_ms: i64,
}

impl Kept {
    /// Keeps the file of a user in place of their former one; the oldest make room.
    pub(crate) fn keep(&self, owner: i64, bytes: Bytes, now_unix_ms: i64) -> Uuid {
        let id = Uuid::new_v4();
        let kept_for_ms = i64::try_from(KEPT_FOR.as_millis()).unwrap_or(i64::MAX);
        let until_unix_ms = now_unix_ms.saturating_add(kept_for_ms);
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| file.owner != owner && file.until_unix_ms > now_unix_ms);
        files.push_back(File { id, owner, bytes, until_unix_ms });
        while files.len() > 1 && files.iter().map(|file| file.bytes.len()).sum::<usize>() > MOST_BYTES {
            files.pop_front();
        }
        id
    }

    /// The file, if it is still here and the user's own.
    pub(crate) fn get(&self, id: Uuid, owner: i64, now_unix_ms: i64) -> Option<Bytes> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| file.until_unix_ms > now_unix_ms);
        files.iter().find(|file| file.id == id && file.owner == owner).map(|file| file.bytes.clone())
    }

    /// Forgets what was kept long enough.
    pub(crate) fn forget_old(&self, now_unix_ms: i64) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| file.until_unix_ms > now_unix_ms);
    }

    /// Forgets the file of a user, which was imported.
    pub(crate) fn forget(&self, owner: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|file| file.owner != owner);
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, MOST_BYTES};
    use axum::body::Bytes;

    #[test]
    fn a_file_is_its_owners_for_ten_minutes() {
        let kept = Kept::default();
        let id = kept.keep(1, Bytes::from_static(b"slug"), 0);
        assert_eq!(kept.get(id, 1, 599_999).as_deref(), Some(b"slug".as_slice()));
        assert_eq!(kept.get(id, 2, 1), None);
        assert_eq!(kept.get(id, 1, 600_000), None);
    }

    #[test]
    fn a_further_file_takes_the_place_of_the_former_one() {
        let kept = Kept::default();
        let first = kept.keep(1, Bytes::from_static(b"a"), 0);
        let second = kept.keep(1, Bytes::from_static(b"b"), 1);
        assert_eq!(kept.get(first, 1, 2), None);
        assert!(kept.get(second, 1, 2).is_some());
        kept.forget(1);
        assert_eq!(kept.get(second, 1, 2), None);
    }

    #[test]
    fn the_oldest_make_room() {
        let kept = Kept::default();
        let half = Bytes::from(vec![0; MOST_BYTES / 2]);
        let ids: Vec<_> = (1..=3).map(|owner| kept.keep(owner, half.clone(), owner)).collect();
        let held = [1, 2, 3].map(|owner: i64| {
            let id = ids[usize::try_from(owner - 1).unwrap()];
            kept.get(id, owner, 10).is_some()
        });
        assert_eq!(held, [false, true, true]);
    }
}
