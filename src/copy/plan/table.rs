//! One table: its columns, and the statements that read and write its rows.

use super::super::columns::Match;
use super::super::range::Range;
use super::super::sequences::UsedSequence;
use super::super::{CopyOptions, Error, Mode, Result};
use crate::pg::catalog::{self, Identity, Key, Relation, Table};
use crate::pg::{Server, Session, ident_list};

#[derive(Debug, Clone)]
pub(crate) struct TablePlan {
    pub source: Relation,
    pub target: Relation,
    /// A condition the rows of the source are restricted to.
    pub filter: Option<String>,
    /// The part of the source's table that is read; all of it where there is none.
    pub range: Option<Range>,
    /// What is copied, as the target has it.
    pub columns: Vec<catalog::Column>,
    /// Whether the source computes a column that the target stores.
    pub computed: bool,
    pub binary: bool,
    /// Whether the rows are written as frozen.
    pub freeze: bool,
    /// What an upsert tells rows by.
    pub key: Option<UpsertKey>,
    pub sequences: Vec<UsedSequence>,
}

#[derive(Debug, Clone)]
pub(crate) struct UpsertKey {
    pub key: Key,
    /// Whether the source guarantees that no two rows have the same one.
    pub unique_at_source: bool,
}

impl TablePlan {
    pub(super) fn new(
        source: Table,
        target: Table,
        filter: Option<String>,
        matched: Match,
        options: &CopyOptions,
    ) -> Result<Self> {
        let key = match options.mode {
            Mode::Upsert => Some(upsert_key(&source, &target, &matched.columns, &options.to)?),
            Mode::Replace | Mode::Append => None,
        };
        let ordinary = target.relation.kind == catalog::Kind::Ordinary;
        Ok(Self {
            freeze: options.work.freeze && ordinary && options.mode == Mode::Replace,
            source: source.relation,
            target: target.relation,
            filter,
            range: None,
            columns: matched.columns,
            computed: matched.computed,
            binary: matched.binary && same_major(options.from.server(), options.to.server()),
            key,
            sequences: Vec::new(),
        })
    }

    /// What an upsert cannot bring to what the source has (428C9).
    pub(super) fn kept_identity(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        let is_kept = |column: &&catalog::Column| {
            column.identity == Some(Identity::Always) && !key.key.has(&column.name)
        };
        let column = self.columns.iter().find(is_kept)?;
        Some(format!(
            "`{}`.`{}` is GENERATED ALWAYS and not in the key: rows that are there keep theirs",
            self.target.shown, column.name
        ))
    }

    pub fn column_names(&self) -> Vec<&str> {
        self.columns
            .iter()
            .map(|column| column.name.as_str())
            .collect()
    }

    /// Reads the rows at the source.
    pub fn read_sql(&self) -> String {
        let columns = ident_list(&self.column_names());
        let plain = self.filter.is_none()
            && self.range.is_none()
            && !self.computed
            && !self.columns.is_empty();
        let what = if plain && self.source.kind == catalog::Kind::Ordinary {
            format!("{} ({columns})", self.source.name)
        } else {
            format!("(SELECT {columns} {})", self.rows_clause())
        };
        let format = if self.binary { " (FORMAT binary)" } else { "" };
        format!("COPY {what} TO STDOUT{format}")
    }

    /// Writes them into `table`, which has the columns of the target.
    pub fn write_sql(&self, table: &str) -> String {
        let columns = match self.columns.as_slice() {
            [] => String::new(),
            _ => format!(" ({})", ident_list(&self.column_names())),
        };
        let format = match (self.binary, self.freeze) {
            (false, false) => "",
            (true, false) => " (FORMAT binary)",
            (false, true) => " (FREEZE)",
            (true, true) => " (FORMAT binary, FREEZE)",
        };
        format!("COPY {table}{columns} FROM STDIN{format}")
    }

    /// The same for a part of its rows, or for all of them by the way of another table.
    pub fn part(&self, range: Option<Range>) -> Self {
        Self {
            range,
            freeze: false,
            ..self.clone()
        }
    }

    pub fn count_source_sql(&self) -> String {
        format!("SELECT pg_catalog.count(*) {}", self.rows_clause())
    }

    pub fn count_target_sql(&self) -> String {
        format!("SELECT pg_catalog.count(*) FROM {}", self.target.only())
    }

    fn rows_clause(&self) -> String {
        // The line break ends a trailing `--` comment.
        let filter = self.filter.iter().map(|filter| format!("({filter}\n)"));
        let conditions: Vec<_> = filter.chain(self.range.map(Range::condition)).collect();
        let only = self.source.only();
        match conditions.as_slice() {
            [] => format!("FROM {only}"),
            _ => format!("FROM {only} WHERE {}", conditions.join(" AND ")),
        }
    }
}

/// The binary form of a type may change with a major version.
fn same_major(from: &Server, to: &Server) -> bool {
    from.version_num / 10000 == to.version_num / 10000
}

fn upsert_key(
    source: &Table,
    target: &Table,
    copied: &[catalog::Column],
    to: &Session,
) -> Result<UpsertKey> {
    let is_copied = |name: &str| copied.iter().any(|column| column.name == name);
    let key = target
        .keys
        .iter()
        .find(|key| key.columns.iter().all(|column| is_copied(&column.name)))
        .ok_or_else(|| Error::NoKey {
            table: target.relation.shown.clone(),
            target: to.name().to_owned(),
        })?;
    let covers = |other: &Key| other.columns.iter().all(|column| key.has(&column.name));
    Ok(UpsertKey {
        unique_at_source: source.keys.iter().any(covers),
        key: key.clone(),
    })
}
