//! Which pictures are at hand, and which go first when there is no room.

use super::Picture;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A picture at hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    InMemory(Picture),
    /// Of this kind.
    OnDisk(&'static str),
}

/// A bounded memory: what nobody asked for the longest goes first. A picture on disk counts as one in memory,
/// which it becomes when it is asked for.
pub(super) struct Shelf {
    room: usize,
    bytes: usize,
    slots: HashMap<String, Slot>,
    /// The hashes by when they were last asked for.
    uses: BTreeMap<u64, String>,
    next_use: u64,
}

struct Slot {
    media_type: &'static str,
    size: usize,
    /// None if it is only on disk.
    bytes: Option<Bytes>,
    last_use: u64,
}

/// Pictures that had to go, and their kinds.
type Gone = Vec<(String, &'static str)>;

impl Shelf {
    pub(super) fn new(room: usize) -> Self {
        Self { room, bytes: 0, slots: HashMap::new(), uses: BTreeMap::new(), next_use: 0 }
    }

    /// The picture, which is asked for now.
    pub(super) fn find(&mut self, hash: &str) -> Option<Found> {
        let slot = self.slots.get_mut(hash)?;
        self.uses.remove(&slot.last_use);
        slot.last_use = self.next_use;
        self.uses.insert(self.next_use, hash.to_owned());
        self.next_use += 1;
        let media_type = slot.media_type;
        Some(match &slot.bytes {
            Some(bytes) => Found::InMemory(Picture { media_type, bytes: bytes.clone() }),
            None => Found::OnDisk(media_type),
        })
    }

    pub(super) fn has(&self, hash: &str) -> bool {
        self.slots.contains_key(hash)
    }

    /// The bytes of a picture at hand, or none within if it is only on disk; this does not ask for it.
    pub(super) fn peek(&self, hash: &str) -> Option<Option<Bytes>> {
        self.slots.get(hash).map(|slot| slot.bytes.clone())
    }

    /// There is such a picture on disk.
    pub(super) fn know(&mut self, hash: String, media_type: &'static str, size: usize) {
        self.put(hash, media_type, size, None);
    }

    /// The picture was read from disk.
    pub(super) fn fill(&mut self, hash: &str, picture: &Picture) {
        if let Some(slot) = self.slots.get_mut(hash) {
            self.bytes = self.bytes - slot.size + picture.bytes.len();
            slot.size = picture.bytes.len();
            slot.bytes = Some(picture.bytes.clone());
        }
    }

    /// Keeps a picture if there is room, or can be made: from those that are not `wanted`, if anything is said
    /// of that, or from all. Tells whether it is kept, and which had to go.
    pub(super) fn keep(
        &mut self,
        hash: &str,
        picture: &Picture,
        wanted: Option<&HashSet<String>>,
    ) -> (bool, Gone) {
        self.forget(hash);
        let size = picture.bytes.len();
        if size > self.room {
            return (false, Vec::new());
        }
        let gone = self.make_room(self.room - size, wanted);
        let has_room = self.bytes <= self.room - size;
        if has_room {
            self.put(hash.to_owned(), picture.media_type, size, Some(picture.bytes.clone()));
        }
        (has_room, gone)
    }

    /// The picture is not there after all.
    pub(super) fn forget(&mut self, hash: &str) {
        if let Some(slot) = self.slots.remove(hash) {
            self.uses.remove(&slot.last_use);
            self.bytes -= slot.size;
        }
    }

    /// From here on there is so much room. Tells which had to go.
    pub(super) fn set_room(&mut self, room: usize) -> Gone {
        self.room = room;
        self.make_room(room, None)
    }

    fn make_room(&mut self, limit: usize, wanted: Option<&HashSet<String>>) -> Gone {
        let mut gone = Vec::new();
        while self.bytes > limit {
            let is_free = |hash: &&String| wanted.is_none_or(|wanted| !wanted.contains(*hash));
            let Some(hash) = self.uses.values().find(is_free).cloned() else { break };
            gone.extend(self.slots.get(&hash).map(|slot| (hash.clone(), slot.media_type)));
            self.forget(&hash);
        }
        gone
    }

    fn put(&mut self, hash: String, media_type: &'static str, size: usize, bytes: Option<Bytes>) {
        self.bytes += size;
        self.uses.insert(self.next_use, hash.clone());
        self.slots.insert(hash, Slot { media_type, size, bytes, last_use: self.next_use });
        self.next_use += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Picture, Shelf};
    use std::collections::HashSet;

    fn picture(bytes: usize) -> Picture {
        Picture { media_type: "image/png", bytes: vec![0; bytes].into() }
    }

    fn keep(shelf: &mut Shelf, hash: &str, bytes: usize) -> (bool, Vec<String>) {
        let (is_kept, gone) = shelf.keep(hash, &picture(bytes), None);
        (is_kept, gone.into_iter().map(|(hash, _)| hash).collect())
    }

    #[test]
    fn what_nobody_asked_for_the_longest_goes_first() {
        let mut shelf = Shelf::new(100);
        for hash in ["a", "b", "c"] {
            assert_eq!(keep(&mut shelf, hash, 30), (true, vec![]));
        }
        assert_eq!(shelf.find("a"), Some(Found::InMemory(picture(30))));
        assert_eq!(keep(&mut shelf, "d", 60), (true, vec!["b".into(), "c".into()]));
        assert!(shelf.has("a") && shelf.has("d") && shelf.bytes == 90);
        assert_eq!(keep(&mut shelf, "d", 10), (true, vec![]), "the same again takes no more room");
        assert_eq!(shelf.bytes, 40);
    }

    #[test]
    fn a_picture_larger_than_the_room_drives_nothing_out() {
        let mut shelf = Shelf::new(100);
        keep(&mut shelf, "a", 30);
        assert_eq!(keep(&mut shelf, "b", 101), (false, vec![]));
        assert!(shelf.has("a") && !shelf.has("b"));
    }

    #[test]
    fn what_is_fetched_ahead_drives_out_only_what_is_not_wanted() {
        let mut shelf = Shelf::new(100);
        keep(&mut shelf, "wanted", 60);
        keep(&mut shelf, "old", 40);
        let wanted = HashSet::from(["wanted", "next", "last"].map(str::to_owned));
        let (is_kept, gone) = shelf.keep("next", &picture(40), Some(&wanted));
        assert!(is_kept && gone == [("old".to_owned(), "image/png")]);
        let (is_kept, gone) = shelf.keep("last", &picture(40), Some(&wanted));
        assert!(!is_kept && gone.is_empty() && shelf.has("wanted") && shelf.has("next"));
    }

    #[test]
    fn less_room_means_fewer_pictures() {
        let mut shelf = Shelf::new(100);
        shelf.know("disk".into(), "image/webp", 50);
        keep(&mut shelf, "memory", 50);
        assert_eq!(shelf.set_room(60), [("disk".to_owned(), "image/webp")]);
        assert_eq!(shelf.set_room(0), [("memory".to_owned(), "image/png")]);
        assert_eq!((shelf.bytes, shelf.uses.len(), shelf.slots.len()), (0, 0, 0));
    }

    #[test]
    fn a_picture_on_disk_comes_into_memory_when_it_is_read() {
        let mut shelf = Shelf::new(100);
        shelf.know("a".into(), "image/png", 50);
        assert_eq!(shelf.find("a"), Some(Found::OnDisk("image/png")));
        shelf.fill("a", &picture(50));
        assert_eq!(shelf.find("a"), Some(Found::InMemory(picture(50))));
        assert_eq!(shelf.bytes, 50);
        shelf.forget("a");
        shelf.fill("a", &picture(50));
        assert_eq!((shelf.find("a"), shelf.bytes), (None, 0));
    }
}
