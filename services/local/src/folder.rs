//! The data folder: where everything that a shop on this machine keeps lies, and that only one runs on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::part::Part;

/// The data folder of one shop.
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, made if it is missing.
    ///
    /// # Errors
    /// The folder can be neither found nor made.
    pub(crate) fn make(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root.join("keys"))
            .and_then(|()| root.canonicalize())
            .map(|root| Self { root })
            .with_context(|| format!("cannot make the data folder {}", root.display()))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The user service's private key, PKCS#8 PEM.
    pub(crate) fn signing_key(&self) -> PathBuf {
        self.root.join("keys/signing-key.pem")
    }

    /// The public keys by which every part checks a token.
    pub(crate) fn jwks(&self) -> PathBuf {
        self.root.join("keys/jwks.json")
    }

    /// The secret of the internal ports.
    pub(crate) fn shop_secret(&self) -> PathBuf {
        self.root.join("keys/shop-secret")
    }

    /// The keys that the storefront seals cookies with, one a line.
    pub(crate) fn cookie_keys(&self) -> PathBuf {
        self.root.join("keys/cookie-keys")
    }

    /// Where the storefront's copy of the catalogue outlives its process; it may be deleted at any time.
    pub(crate) fn storefront(&self) -> PathBuf {
        self.root.join("storefront")
    }

    /// A PostgreSQL address holds a password, so a part is given it as a file.
    pub(crate) fn database_url(&self, part: Part) -> PathBuf {
        self.root.join(format!("keys/{part}-database-url"))
    }

    /// The part's SQLite file.
    pub(crate) fn database(&self, part: Part) -> PathBuf {
        self.root.join(format!("{part}.sqlite"))
    }

    pub(crate) fn staff_login(&self) -> PathBuf {
        staff_login(&self.root)
    }

    /// Where a catalogue that came with the program is written for the product service to read.
    pub(crate) fn catalogue(&self) -> PathBuf {
        self.root.join("catalogue.csv")
    }

    /// Takes the folder for this process. It is free again when the file is dropped, or the process is gone.
    ///
    /// # Errors
    /// Another shop runs on the folder.
    pub(crate) fn lock(&self) -> anyhow::Result<File> {
        let path = self.root.join("lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = std::fs::read_to_string(&path).unwrap_or_default();
                let (root, holder) = (self.root.display(), holder.trim());
                bail!(
                    "a shop runs on {root} already (process {holder}): stop it with Ctrl-C, or give this one a folder and ports of its own with --data and --port"
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context(format!("cannot lock {}", path.display()));
            }
        }
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(file)
    }
}

/// The first staff account of the shop on the data folder.
pub(crate) fn staff_login(data: &Path) -> PathBuf {
    data.join("staff-login.json")
}

/// Where the shop on the data folder takes commands. Needs no running shop.
pub(crate) fn socket(data: &Path) -> PathBuf {
    data.join("shop.sock")
}

/// Writes a file that nobody else may read, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_private(path: &Path, content: &str) -> anyhow::Result<()> {
    let unfinished = path.with_extension("new");
    let write = || {
        let mut file =
            OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Folder, write_private};

    #[test]
    fn a_second_shop_on_the_same_folder_is_told_which_process_holds_it() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::make(directory.path()).expect("it can be made");
        let lock = folder.lock().expect("nobody holds it");
        let refusal = folder.lock().expect_err("it is held").to_string();
        assert!(refusal.contains(&format!("process {}", std::process::id())), "{refusal}");
        assert!(refusal.contains("--data"), "{refusal}");
        drop(lock);
        folder.lock().expect("it is free again");
    }

    #[test]
    fn private_files_are_readable_by_their_owner_only() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let path = directory.path().join("secret");
        write_private(&path, "a").expect("it can be written");
        write_private(&path, "b").expect("it can be replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "b");
        assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    }
}
