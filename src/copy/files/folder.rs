//! Folders that get several files.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::output::{beside, unwritable};
use super::{Error, Result};

/// A folder that appears whole under its name, or files that appear together in one that is there.
pub struct NewFolder {
    path: PathBuf,
    part: TempDir,
    overwrite: bool,
}

impl NewFolder {
    pub fn create(path: &Path, overwrite: bool) -> Result<Self> {
        if path.exists() && !path.is_dir() {
            return Err(Error::NoFolder {
                file: path.to_owned(),
            });
        }
        // What holds it: the folder itself may not be there yet.
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let (prefix, parent) = beside(path);
        let part = builder
            .prefix(&prefix)
            .suffix(".part")
            .tempdir_in(parent)
            .map_err(|reason| unwritable(path, reason))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            overwrite,
        })
    }

    /// Where a file is to be written for now; refused where the folder has one of the name.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        let file = self.path.join(name);
        if !self.overwrite && file.symlink_metadata().is_ok() {
            return Err(Error::Exists { file });
        }
        Ok(self.part.path().join(name))
    }

    /// Gives the folder its name, or its files theirs.
    pub fn finish(self) -> Result<()> {
        let failed = |reason| unwritable(&self.path, reason);
        if !self.path.exists() {
            std::fs::rename(self.part.path(), &self.path).map_err(failed)?;
            return Ok(());
        }
        for entry in std::fs::read_dir(self.part.path()).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let file = self.path.join(entry.file_name());
            if !self.overwrite && file.symlink_metadata().is_ok() {
                return Err(Error::Exists { file });
            }
            std::fs::rename(entry.path(), &file).map_err(|reason| unwritable(&file, reason))?;
        }
        Ok(())
    }
}

/// The name of a file for a table: the table's own, with what is special in names of files as `%` and two digits.
pub fn file_name(table: &str, suffix: &str) -> String {
    let mut name = String::new();
    for (index, c) in table.char_indices() {
        let special = c.is_control()
            || matches!(
                c,
                '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%'
            )
            || index == 0 && matches!(c, '.' | '-' | '~');
        if special {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(name, "%{byte:02X}");
            }
        } else {
            name.push(c);
        }
    }
    name.push_str(suffix);
    name
}

/// Puts a folder that is whole in the place of another, which goes.
pub(in crate::copy) fn replace_folder(part: &Path, path: &Path) -> io::Result<()> {
    let aside = part.with_extension("old");
    let there = path.exists();
    if there {
        std::fs::rename(path, &aside)?;
    }
    if let Err(error) = std::fs::rename(part, path) {
        if there {
            std::fs::rename(&aside, path)?;
        }
        return Err(error);
    }
    if there {
        std::fs::remove_dir_all(&aside)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables_become_names_of_files() {
        for (table, file) in [
            ("lat", "lat.csv"),
            ("audit.log", "audit.log.csv"),
            ("public.\"We ird\"", "public.%22We ird%22.csv"),
            ("public.\"a/b\n\"", "public.%22a%2Fb%0A%22.csv"),
            ("größe", "größe.csv"),
            (".hidden", "%2Ehidden.csv"),
        ] {
            assert_eq!(file_name(table, ".csv"), file);
        }
    }
}
