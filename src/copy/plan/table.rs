//! One table: its columns, and the statements that read and write its rows.

use super::super::columns::{Match, Read};
use super::super::range::Range;
use super::super::sequences::UsedSequence;
use super::super::shape::{RowMasks, TableShape};
use super::super::subset::Beginning;
use super::super::{CopyOptions, Error, Mode, Result, ShapeError};
use super::chosen::Chosen;
use crate::pg::catalog::{self, Identity, Key, Relation, Table};
use crate::pg::{Ident, Server, Session, ident_list};

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(crate) struct TablePlan {
    pub source: Relation,
    pub target: Relation,
    /// A condition the rows of the source are restricted to.
    pub filter: Option<String>,
    /// What it adds to the rows that are chosen, where not all are.
    pub beginning: Beginning,
    /// How many rows were chosen one by one.
    pub chosen: Option<u64>,
    /// The part of the source's table that is read; all of it where there is none.
    pub range: Option<Range>,
    /// A condition over the columns of the target, which are computed at the source first.
    restriction: Option<String>,
    /// What is copied, as the target has it.
    pub columns: Vec<catalog::Column>,
    /// Where each of them comes from.
    pub reads: Vec<Read>,
    /// In which order the rows are read.
    pub order_by: Option<String>,
    /// Whether the source computes a column that the target stores.
    pub computed: bool,
    pub binary: bool,
    /// Functions that are called for each row.
    pub row_masks: Option<RowMasks>,
    /// Whether text is bytes to both databases, none of which is converted.
    pub bytes: bool,
    /// Whether the rows are written as frozen.
    pub freeze: bool,
    /// Whether policies of the target hold for the role: COPY is refused then, and rows may be hidden from it.
    pub by_insert: bool,
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
        chosen: Chosen,
        matched: Match,
        options: &CopyOptions,
    ) -> Result<Self> {
        let key = || upsert_key(&source, &target, &chosen.shape, &matched, &options.to);
        let key = options.mode.is_staged().then(key).transpose()?;
        let ordinary = target.relation.kind == catalog::Kind::Ordinary;
        if options.mode == Mode::Mirror {
            key.iter()
                .try_for_each(|key| refuse_called(&source, &matched, key))?;
        }
        let beginning = beginning(&source, &chosen);
        Ok(Self {
            freeze: options.work.freeze && ordinary && options.mode == Mode::Replace,
            by_insert: target.relation.row_security,
            source: source.relation,
            target: target.relation,
            filter: chosen.filter,
            beginning,
            chosen: None,
            range: None,
            restriction: None,
            order_by: chosen.shape.order_by,
            row_masks: row_masks(&matched),
            columns: matched.columns,
            reads: matched.reads,
            computed: matched.computed,
            binary: matched.binary && same_major(options.from.server(), options.to.server()),
            bytes: false,
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

    /// Restricts it to rows that were chosen one by one.
    pub fn choose(&mut self, condition: String, rows: u64) {
        self.filter = Some(condition);
        self.chosen = Some(rows);
    }

    /// Whether the source knows what value rows bring for a column of the target: not that of a function of ours.
    pub fn copies(&self, column: &str) -> bool {
        let mut pairs = self.columns.iter().zip(&self.reads);
        pairs.any(|(copied, read)| copied.name == column && !read.called)
    }

    /// The rows of the source as they will arrive but for functions of ours, with the names of the target's columns.
    pub fn rows_sql(&self) -> String {
        let columns = self.columns.iter().zip(&self.reads);
        let columns =
            columns.map(|(column, read)| format!("{} AS {}", read.sql, Ident(&column.name)));
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("SELECT {columns} {}", self.rows_clause())
    }

    /// What `replace` does to the rows that were not chosen.
    pub(super) fn reduced(&self) -> Option<String> {
        self.filter.as_ref()?;
        Some(format!(
            "`{}` is replaced by the rows that were chosen: it keeps no others",
            self.target.shown
        ))
    }

    /// The column of the source that a column of the target is read from.
    pub fn column_at_source(&self, target: &str) -> Option<&str> {
        let place = self
            .columns
            .iter()
            .position(|column| column.name == target)?;
        Some(&self.reads[place].name)
    }

    pub fn column_names(&self) -> Vec<&str> {
        self.columns
            .iter()
            .map(|column| column.name.as_str())
            .collect()
    }

    /// Reads the rows at the source.
    pub fn read_sql(&self) -> String {
        let columns: Vec<&str> = self.reads.iter().map(|read| read.sql.as_str()).collect();
        let columns = columns.join(", ");
        let what = if let Some(restriction) = &self.restriction {
            let (names, rows) = (ident_list(&self.column_names()), self.source_sql());
            format!("(SELECT {names} FROM ({rows}) AS r WHERE {restriction})")
        } else if self.is_plain() {
            format!("{} ({columns})", self.source.name)
        } else {
            format!("(SELECT {columns} {}{})", self.rows_clause(), self.order())
        };
        format!("COPY {what} TO STDOUT{}", self.format(false))
    }

    /// The rows at the source, their columns called as on the target.
    pub fn source_sql(&self) -> String {
        let columns = self.columns.iter().zip(&self.reads);
        let columns: Vec<String> = columns
            .map(|(column, read)| format!("{} AS {}", read.sql, Ident(&column.name)))
            .collect();
        format!("SELECT {} {}", columns.join(", "), self.rows_clause())
    }

    /// The rows of the target that the condition on those of the source holds for.
    pub fn target_sql(&self) -> String {
        let (only, names) = (self.target.only(), ident_list(&self.column_names()));
        let Some(filter) = &self.filter else {
            return format!("SELECT {names} FROM {only}");
        };
        let pairs = || self.columns.iter().zip(&self.reads);
        if pairs().all(|(column, read)| column.name == read.name) {
            return format!("SELECT {names} FROM {only} WHERE ({filter}\n)");
        }
        // The condition knows the columns by the names they have at the source.
        let at_source =
            pairs().map(|(c, read)| format!("{} AS {}", Ident(&c.name), Ident(&read.name)));
        let on_target =
            pairs().map(|(c, read)| format!("{} AS {}", Ident(&read.name), Ident(&c.name)));
        format!(
            "SELECT {} FROM (SELECT {} FROM {only}) AS t WHERE ({filter}\n)",
            on_target.collect::<Vec<_>>().join(", "),
            at_source.collect::<Vec<_>>().join(", ")
        )
    }

    /// The same, of which only the rows are read that fulfil a condition over the target's columns.
    pub fn restricted(&self, condition: String) -> Self {
        Self {
            restriction: Some(condition),
            ..self.clone()
        }
    }

    /// Writes them into `table`, which has the columns of the target.
    pub fn write_sql(&self, table: &str) -> String {
        let columns = match self.columns.as_slice() {
            [] => String::new(),
            _ => format!(" ({})", ident_list(&self.column_names())),
        };
        format!(
            "COPY {table}{columns} FROM STDIN{}",
            self.format(self.freeze)
        )
    }

    /// Moves them there from a table with the same columns.
    pub fn insert_sql(&self, table: &str, from: &str) -> String {
        let columns = ident_list(&self.column_names());
        let list = match self.columns.as_slice() {
            [] => String::new(),
            _ => format!("({columns}) "),
        };
        format!(
            "INSERT INTO {table} {list}OVERRIDING SYSTEM VALUE SELECT {columns} FROM ONLY {from}"
        )
    }

    /// How the rows come where COPY is refused, as a line to print.
    pub(super) fn why_by_insert(&self, to: &Session, mode: Mode) -> Option<String> {
        let (table, role) = (&self.target.shown, &to.server().user);
        let so = match mode {
            _ if !self.by_insert => return None,
            Mode::Replace | Mode::Append => {
                "COPY is refused: rows go by a temporary table and INSERT, which counts them"
            }
            _ => "rows that they hide count as not there",
        };
        Some(format!(
            "policies of `{table}` on `{}` hold for `{role}`, so {so}; a row that they reject is an error",
            to.name()
        ))
    }

    /// The options of COPY, with a space before them where there are any.
    fn format(&self, freeze: bool) -> String {
        // The binary format knows no encoding but the client's.
        let form = match (self.bytes, self.binary) {
            (true, _) => Some("ENCODING 'SQL_ASCII'"),
            (false, true) => Some("FORMAT binary"),
            (false, false) => None,
        };
        let options: Vec<&str> = form.into_iter().chain(freeze.then_some("FREEZE")).collect();
        match options.as_slice() {
            [] => String::new(),
            options => format!(" ({})", options.join(", ")),
        }
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

    /// Whether its rows may come in parts, and these in any order. Of rows that were chosen each part would name all.
    pub fn is_divisible(&self) -> bool {
        self.order_by.is_none() && self.chosen.is_none()
    }

    /// Whether the rows are those of a whole table as it stands, for which COPY needs no query.
    fn is_plain(&self) -> bool {
        self.source.kind == catalog::Kind::Ordinary
            && !self.columns.is_empty()
            && !self.computed
            && self.filter.is_none()
            && self.range.is_none()
            && self.order_by.is_none()
            && self.reads.iter().all(|read| read.plain)
    }

    fn order(&self) -> String {
        match &self.order_by {
            None => String::new(),
            Some(order_by) => format!(" ORDER BY {order_by}\n"),
        }
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

/// A mirror looks for rows by their keys on both sides.
fn refuse_called(source: &Table, matched: &Match, key: &UpsertKey) -> Result<()> {
    let mut pairs = matched.columns.iter().zip(&matched.reads);
    match pairs.find(|(column, read)| read.called && key.key.has(&column.name)) {
        None => Ok(()),
        Some((_, read)) => Err(ShapeError::Mask {
            table: source.relation.shown.clone(),
            column: read.name.clone(),
            reason: "mode `mirror` tells rows by it on both sides, and the source does not know what a function gives"
                .to_owned(),
        }
        .into()),
    }
}

fn beginning(source: &Table, chosen: &Chosen) -> Beginning {
    let key = source.keys.first().map(|key| ident_list(&key.names()));
    Beginning {
        limit: chosen.shape.limit,
        root: chosen.root.clone(),
        child: chosen.shape.child,
        // As the rows lie, which is the best that can be said of them.
        key: key.unwrap_or_else(|| "tableoid, ctid".to_owned()),
    }
}

/// The binary form of a type may change with a major version.
fn same_major(from: &Server, to: &Server) -> bool {
    from.version_num / 10000 == to.version_num / 10000
}

fn upsert_key(
    source: &Table,
    target: &Table,
    shape: &TableShape,
    matched: &Match,
    to: &Session,
) -> Result<UpsertKey> {
    let is_copied = |name: &str| matched.columns.iter().any(|column| column.name == name);
    let is_whole = |key: &&Key| key.columns.iter().all(|column| is_copied(&column.name));
    let Some(key) = target.keys.iter().find(is_whole) else {
        return Err(no_key(target, shape, to));
    };
    // Masked values are as unique as the mask makes them.
    let is_read = |name: &str| {
        let mut reads = matched.reads.iter();
        reads.any(|read| read.name == name && read.plain && !read.called)
    };
    let covers = |other: &Key| {
        let mut names = other.names().into_iter();
        names.all(|name| key.has(shape.name_on_target(name)) && is_read(name))
    };
    Ok(UpsertKey {
        unique_at_source: source.keys.iter().any(covers),
        key: key.clone(),
    })
}

/// The functions with what the columns around them are.
fn row_masks(matched: &Match) -> Option<RowMasks> {
    let masks = matched.row_masks.clone()?;
    let pairs = matched.reads.iter().zip(&matched.columns);
    Some(RowMasks {
        names: matched.reads.iter().map(|read| read.name.clone()).collect(),
        types: pairs
            .map(|(read, column)| (read.type_oid, column.type_oid))
            .collect(),
        ..masks
    })
}

fn no_key(target: &Table, shape: &TableShape, to: &Session) -> Error {
    let table = target.relation.shown.clone();
    match target.key() {
        Some(key) if shape.columns.is_some() => {
            let names = key.names().into_iter();
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            let columns = names.join(", ");
            ShapeError::KeyLeftOut { table, columns }.into()
        }
        _ => Error::NoKey {
            table,
            target: to.name().to_owned(),
        },
    }
}
