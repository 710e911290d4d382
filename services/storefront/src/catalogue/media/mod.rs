//! Pictures of products by the hash of their bytes: kept in a bounded memory and on disk, fetched once however
//! many ask, so that they are shown while the product service is down.

mod ahead;
mod disk;
mod route;
mod shelf;

pub(super) use ahead::fetch_ahead;
pub(crate) use route::routes;

use bytes::Bytes;
use disk::Disk;
use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use sha2::{Digest as _, Sha256};
use shelf::{Found, Shelf};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The kinds of pictures that the product service takes, and the endings of their files here. Nothing else is
/// passed on, whatever an answer says of itself.
const KINDS: [(&str, &str); 4] =
    [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp"), ("image/avif", "avif")];

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Bytes,
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPicture {
    /// There is none with this hash.
    NotFound,
    /// The product service did not answer with it.
    Unavailable,
}

/// Where pictures come from: the product service.
pub(crate) trait PictureSource: Send + Sync + 'static {
    /// The bytes behind a hash, and what kind they are said to be.
    fn fetch<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<(String, Bytes), NoPicture>>;
}

type Flight = Shared<BoxFuture<'static, Result<Picture, NoPicture>>>;

/// The pictures at hand. Clones are one.
#[derive(Clone)]
pub(crate) struct Media(Arc<Inner>);

struct Inner {
    source: Box<dyn PictureSource>,
    disk: Option<Disk>,
    shelf: Mutex<Shelf>,
    /// Held by whoever writes or removes files.
    files: Mutex<()>,
    /// What is being fetched: those who ask meanwhile wait for the same answer.
    flights: Mutex<HashMap<String, Flight>>,
}

impl Media {
    /// Pictures from this source, in at most `room` bytes, with those of an earlier process from the folder.
    pub(crate) fn open(source: Box<dyn PictureSource>, folder: Option<&Path>, room: usize) -> Self {
        let mut shelf = Shelf::new(room);
        let disk = folder.and_then(|folder| match Disk::open(folder) {
            Ok((disk, files)) => {
                files.into_iter().for_each(|(hash, media_type, size)| shelf.know(hash, media_type, size));
                Some(disk)
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "pictures are kept in memory only");
                None
            }
        });
        let media = Self(Arc::new(Inner {
            source,
            disk,
            shelf: Mutex::new(shelf),
            files: Mutex::default(),
            flights: Mutex::default(),
        }));
        media.set_room(room);
        media
    }

    /// The picture with this hash.
    ///
    /// # Errors
    /// There is none, or the product service did not answer with it.
    pub(crate) async fn get(&self, hash: &str) -> Result<Picture, NoPicture> {
        if !is_hash(hash) {
            return Err(NoPicture::NotFound);
        }
        if let Some(Found::InMemory(picture)) = self.shelf().find(hash) {
            return Ok(picture);
        }
        self.bring(hash, None).await
    }

    /// Fetches a picture that somebody may want later, beside those in `wanted`, of which none is given up
    /// for it. Answers whether there was room.
    async fn get_ahead(&self, hash: &str, wanted: &Arc<HashSet<String>>) -> Result<bool, NoPicture> {
        if !self.has(hash) {
            self.bring(hash, Some(Arc::clone(wanted))).await?;
        }
        Ok(self.has(hash))
    }

    /// Whether the picture is in memory or on disk.
    fn has(&self, hash: &str) -> bool {
        self.shelf().has(hash)
    }

    /// From here on there are so many bytes for pictures; those that nobody asked for the longest go first.
    pub(super) fn set_room(&self, room: usize) {
        let gone = self.shelf().set_room(room);
        self.settle_files(gone);
    }

    /// Joins whoever fetches the picture already, or fetches it. The work goes on though those who asked have
    /// gone: somebody will ask again.
    async fn bring(&self, hash: &str, wanted: Option<Arc<HashSet<String>>>) -> Result<Picture, NoPicture> {
        let flight = {
            let mut flights = self.0.flights.lock().unwrap_or_else(PoisonError::into_inner);
            match flights.get(hash) {
                Some(flight) => flight.clone(),
                None => {
                    let landing = Landing { media: self.clone(), hash: hash.to_owned() };
                    let work =
                        tokio::spawn(async move { landing.media.read_or_fetch(&landing.hash, wanted).await });
                    let flight =
                        work.map(|ended| ended.unwrap_or(Err(NoPicture::Unavailable))).boxed().shared();
                    flights.insert(hash.to_owned(), flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    async fn read_or_fetch(
        &self,
        hash: &str,
        wanted: Option<Arc<HashSet<String>>>,
    ) -> Result<Picture, NoPicture> {
        let found = self.shelf().find(hash);
        match (found, self.0.disk.clone()) {
            (Some(Found::InMemory(picture)), _) => return Ok(picture),
            (Some(Found::OnDisk(media_type)), Some(disk)) => {
                let file = hash.to_owned();
                let read = tokio::task::spawn_blocking(move || disk.read(&file, media_type)).await;
                if let Some(bytes) = read.ok().flatten() {
                    let picture = Picture { media_type, bytes };
                    self.shelf().fill(hash, &picture);
                    return Ok(picture);
                }
                self.shelf().forget(hash);
            }
            _ => {}
        }
        let (said, bytes) = self.0.source.fetch(hash).await?;
        let Some(picture) = genuine(hash, &said, bytes) else {
            tracing::warn!(hash, "what came as a picture is not the one that was asked for");
            return Err(NoPicture::Unavailable);
        };
        let (is_kept, gone) = self.shelf().keep(hash, &picture, wanted.as_deref());
        // Nobody waits for the files; a picture that cannot be written is in memory all the same.
        let is_new = is_kept.then(|| (hash.to_owned(), picture.media_type));
        self.settle_files(gone.into_iter().chain(is_new).collect());
        Ok(picture)
    }

    /// Makes the files of these pictures as the shelf now is: written if they are at hand, else removed. One
    /// at a time, so that whichever comes last for a picture sees where it has ended up.
    fn settle_files(&self, pictures: Vec<(String, &'static str)>) {
        if pictures.is_empty() || self.0.disk.is_none() {
            return;
        }
        let media = self.clone();
        let settle = move || {
            let Some(disk) = &media.0.disk else { return };
            let _turn = media.0.files.lock().unwrap_or_else(PoisonError::into_inner);
            for (hash, media_type) in pictures {
                let at_hand = media.shelf().peek(&hash);
                match at_hand {
                    None => disk.remove(&hash, media_type),
                    Some(None) => {}
                    Some(Some(bytes)) => disk.write(&hash, media_type, &bytes),
                }
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(settle)),
            Err(_) => settle(),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a flight, whatever becomes of its work.
struct Landing {
    media: Media,
    hash: String,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.media.0.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.hash);
    }
}

/// The picture, if the bytes have this hash and are of a kind that is passed on.
fn genuine(hash: &str, said: &str, bytes: Bytes) -> Option<Picture> {
    let (media_type, _) = KINDS.into_iter().find(|(known, _)| *known == said)?;
    (digest(&bytes) == hash).then_some(Picture { media_type, bytes })
}

/// SHA-256 in lower-case hexadecimal digits.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text is a SHA-256 digest as we write it.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests;
