//! The lines of a backup as they come, and whether they are a whole one.

use super::{
    BackupError, Summary,
    format::{End, FORMAT, Header, Table},
    write::hex,
};
use crate::Schema;
use sha2::{Digest as _, Sha256};
use std::{
    io::BufRead,
    path::{Path, PathBuf},
};

/// A backup that is read once, from its beginning to its end.
pub(super) struct Lines<Input> {
    input: Input,
    /// What it is called in errors.
    name: PathBuf,
    digest: Sha256,
    read: Summary,
}

/// What a line may be, between the header and the end.
pub(super) enum Line {
    Table(Table),
    /// A row of the last table, as [`Table::read`] takes it.
    Row(String),
}

impl<Input: BufRead> Lines<Input> {
    /// Reads the header, and whether it is one of `service` that these schemas can take.
    pub(super) fn begin(
        input: Input,
        name: &Path,
        service: &str,
        schemas: &[Schema],
    ) -> Result<Self, BackupError> {
        let read = Summary { tables: 0, rows: 0 };
        let mut lines = Self { input, name: name.to_owned(), digest: Sha256::new(), read };
        let first = lines.line()?.unwrap_or_default();
        let header: Header =
            serde_json::from_str(&first).map_err(|_| lines.damaged("it has no header".to_owned()))?;
        if header.format != FORMAT {
            return Err(lines.damaged(format!("its format is {}, not {FORMAT}", header.format)));
        }
        if header.service != service {
            let (found, expected) = (header.service, service.to_owned());
            return Err(BackupError::OtherService { path: lines.name, found, expected });
        }
        for schema in schemas {
            let (found, known) = (header.schemas.get(schema.name).copied().unwrap_or(0), schema.version());
            if found > known {
                let schema = schema.name.to_owned();
                return Err(BackupError::Newer { path: lines.name, schema, found, known });
            }
        }
        lines.digest(&first);
        Ok(lines)
    }

    /// The next table or row; `None` at the end of a whole backup.
    pub(super) fn next(&mut self) -> Result<Option<Line>, BackupError> {
        let line = self.line()?.ok_or_else(|| self.damaged("its end is missing".to_owned()))?;
        if line.starts_with('[') {
            self.digest(&line);
            self.read.rows += 1;
            return Ok(Some(Line::Row(line)));
        }
        if let Ok(end) = serde_json::from_str::<End>(&line) {
            let whole = end.rows == self.read.rows && end.sha256 == hex(&self.digest.clone().finalize());
            return if whole { Ok(None) } else { Err(self.damaged("its digest does not match".to_owned())) };
        }
        self.digest(&line);
        self.read.tables += 1;
        let table = serde_json::from_str(&line);
        table
            .map(|table| Some(Line::Table(table)))
            .map_err(|_| self.damaged("it has a strange line".to_owned()))
    }

    /// What a restore stumbled over: that the backup is damaged, if the rest of it shows so, or else the reason
    /// that is given.
    pub(super) fn reason(&mut self, otherwise: BackupError) -> BackupError {
        loop {
            match self.next() {
                Ok(Some(_)) => {}
                Ok(None) => return otherwise,
                Err(error) => return error,
            }
        }
    }

    /// What has been read so far.
    pub(super) fn read(&self) -> Summary {
        self.read
    }

    pub(super) fn damaged(&self, reason: String) -> BackupError {
        BackupError::Damaged { path: self.name.clone(), reason }
    }

    fn line(&mut self) -> Result<Option<String>, BackupError> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line);
        let read = read.map_err(|source| BackupError::File { path: self.name.clone(), source })?;
        if line.ends_with('\n') {
            line.pop();
        }
        Ok((read > 0).then_some(line))
    }

    fn digest(&mut self, line: &str) {
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
    }
}
