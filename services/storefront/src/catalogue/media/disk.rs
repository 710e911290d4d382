//! Pictures as files, named by their hash; believed only if their bytes have it.

use super::{KINDS, digest, is_hash};
use anyhow::Context as _;
use bytes::Bytes;
use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The folder of the pictures.
#[derive(Clone, Debug)]
pub(super) struct Disk(PathBuf);

/// A picture on disk: hash, kind, bytes.
type OnDisk = (String, &'static str, usize);

impl Disk {
    /// Opens the folder, made if it is missing, and tells what is in it, oldest first. Foreign files are left
    /// alone.
    ///
    /// # Errors
    /// It can be neither made nor read.
    pub(super) fn open(folder: &Path) -> anyhow::Result<(Self, Vec<OnDisk>)> {
        let said = || format!("cannot use {}", folder.display());
        std::fs::create_dir_all(folder).with_context(said)?;
        let mut files: Vec<(SystemTime, OnDisk)> = Vec::new();
        for entry in std::fs::read_dir(folder).with_context(said)?.flatten() {
            let (name, metadata) = (entry.file_name(), entry.metadata());
            let known = name.to_str().and_then(|name| name.split_once('.')).and_then(|(hash, ending)| {
                let (media_type, _) = KINDS.into_iter().find(|(_, known)| *known == ending)?;
                is_hash(hash).then(|| (hash.to_owned(), media_type))
            });
            if let (Some((hash, media_type)), Ok(metadata)) = (known, metadata) {
                let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
                let written = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                files.push((written, (hash, media_type, size)));
            }
        }
        files.sort_unstable();
        Ok((Self(folder.to_owned()), files.into_iter().map(|(_, file)| file).collect()))
    }

    /// The bytes, if they are there and have this hash; a file that lies is removed.
    pub(super) fn read(&self, hash: &str, media_type: &str) -> Option<Bytes> {
        let bytes = std::fs::read(self.path(hash, media_type)).ok()?;
        if digest(&bytes) == hash {
            return Some(bytes.into());
        }
        self.remove(hash, media_type);
        None
    }

    /// Writes a picture, if it can be written.
    pub(super) fn write(&self, hash: &str, media_type: &str, bytes: &[u8]) {
        if let Err(error) = std::fs::write(self.path(hash, media_type), bytes) {
            tracing::debug!(error = &error as &dyn std::error::Error, hash, "a picture cannot be written");
        }
    }

    pub(super) fn remove(&self, hash: &str, media_type: &str) {
        let _ = std::fs::remove_file(self.path(hash, media_type));
    }

    fn path(&self, hash: &str, media_type: &str) -> PathBuf {
        let ending = KINDS.iter().find(|(known, _)| *known == media_type).map_or("", |(_, ending)| *ending);
        self.0.join(format!("{hash}.{ending}"))
    }
}
