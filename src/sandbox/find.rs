//! Where a `PostgreSQL` server's programs are.

use std::path::{Path, PathBuf};

use super::Error;
use crate::pg::tools;

/// What the sandbox runs out of the folder.
const PROGRAMS: [&str; 6] = [
    "initdb", "postgres", "pg_ctl", "psql", "createdb", "pg_dump",
];

/// The folder of one `PostgreSQL` installation's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin(PathBuf);

impl Bin {
    /// Looks in `RUNNER_PG_BIN`, or else in all the usual places.
    pub fn find() -> Result<Self, Error> {
        if let Some(folder) = tools::given_folder() {
            return Self::of(folder);
        }
        tools::folders()
            .find(|folder| missing_in(folder).is_none())
            .map(Self)
            .ok_or_else(|| Error::NoPostgres {
                looked_in: tools::looked_in(),
            })
    }

    /// The programs in one folder.
    pub fn of(folder: PathBuf) -> Result<Self, Error> {
        match missing_in(&folder) {
            None => Ok(Self(folder)),
            Some(missing) => Err(Error::WrongBin { folder, missing }),
        }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }
}

/// The first program a server needs that is not in `folder`.
fn missing_in(folder: &Path) -> Option<&'static str> {
    PROGRAMS
        .into_iter()
        .find(|program| !folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_server_is_reported_with_what_to_install() {
        let text = Error::NoPostgres {
            looked_in: tools::looked_in(),
        }
        .to_string();
        assert!(text.contains("/usr/lib/postgresql/*/bin"), "{text}");
        assert!(text.contains("`apt-get install postgresql`"), "{text}");
    }
}
