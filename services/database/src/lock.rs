//! One process per SQLite file: a lock beside it that dies with the process that holds it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// Holds the lock until dropped.
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock `<path>.lock`, or returns `None` if another process has it.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
