//! Files that rows come from and go to, on this machine: whole under their name or not at all, packed by their
//! suffix, and standard input and output in their place.

mod error;
mod folder;
mod format;
mod input;
mod output;

use std::path::PathBuf;

pub use error::Error;
pub use format::{Format, Layout, Packing, suffixes};

pub(super) use folder::{NewFolder, file_name, replace_folder};
pub(super) use input::Input;
pub(super) use output::{Output, Part, beside, unwritable};

type Result<T> = std::result::Result<T, Error>;

/// Where bytes come from or go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Standard input or output.
    Standard,
    File(PathBuf),
}

impl Place {
    /// For messages.
    pub fn shown(&self, standard: &str) -> String {
        match self {
            Self::Standard => standard.to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}
