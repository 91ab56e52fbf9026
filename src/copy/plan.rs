//! What will be copied and how, found out before anything is changed.

use super::columns::{Match, match_columns};
use super::keys::{self, Arrangement};
use super::{CopyOptions, Error, Mode, Result, Tables};
use crate::pg::catalog::{self, Catalog, ForeignKey, Identity, Key, Relation, Table};
use crate::pg::{Server, Session, ident_list};

#[derive(Debug)]
pub(super) struct Plan {
    pub units: Vec<Unit>,
    /// Lines to print: what is left out, and where the sides differ.
    pub notes: Vec<String>,
}

/// Tables tied by foreign keys, which are filled in one transaction.
#[derive(Debug)]
pub(super) struct Unit {
    /// Parents before children.
    pub tables: Vec<TablePlan>,
    pub deferred: Vec<ForeignKey>,
}

#[derive(Debug)]
pub(super) struct TablePlan {
    pub source: Relation,
    pub target: Relation,
    /// A condition the rows of the source are restricted to.
    pub filter: Option<String>,
    /// What is copied, as the target has it.
    pub columns: Vec<catalog::Column>,
    /// Whether the source computes a column that the target stores.
    pub computed: bool,
    pub binary: bool,
    /// What an upsert tells rows by.
    pub key: Option<UpsertKey>,
}

#[derive(Debug)]
pub(super) struct UpsertKey {
    pub key: Key,
    /// Whether the source guarantees that no two rows have the same one.
    pub unique_at_source: bool,
}

impl Plan {
    pub async fn read(options: &CopyOptions) -> Result<Self> {
        let (from, to) = (&options.from, &options.to);
        let (sources, mut notes) = chosen(&Catalog::read(from).await?, &options.tables)?;
        let targets = counterparts(&Catalog::read(to).await?, &sources)?;
        let keys = catalog::foreign_keys(to).await?;
        let arrangement = keys::arrange(&targets, &keys)?;
        if options.mode == Mode::Replace {
            refuse_references(&targets, &keys, to)?;
        }
        if options.mode == Mode::Upsert {
            check_temporary(to).await?;
        }
        check_filters(from, &sources).await?;
        let (relations, filters): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
        let sources = catalog::tables(from, &relations).await?;
        let targets = catalog::tables(to, &targets).await?;
        let mut differences = Vec::new();
        let mut tables = Vec::new();
        for ((source, target), filter) in sources.into_iter().zip(targets).zip(filters) {
            check_rights(&source, &target, options)?;
            let matched = match_columns(&source, &target, from.name(), to.name());
            differences.extend_from_slice(&matched.differences);
            notes.extend_from_slice(&matched.notes);
            tables.push((source, target, filter, matched));
        }
        if !differences.is_empty() {
            return Err(Error::Columns(differences));
        }
        let tables = tables
            .into_iter()
            .map(|(source, target, filter, matched)| {
                TablePlan::new(source, target, filter, matched, options)
            })
            .collect::<Result<Vec<_>>>()?;
        notes.extend(tables.iter().filter_map(TablePlan::kept_identity));
        Ok(Self {
            units: units(tables, arrangement),
            notes,
        })
    }
}

/// A table of the source with the condition on its rows.
type Chosen = (Relation, Option<String>);

/// The tables of the source, and what to say about those left out.
fn chosen(catalog: &Catalog, tables: &Tables) -> Result<(Vec<Chosen>, Vec<String>)> {
    match tables {
        Tables::Matching(filter) => {
            let selected = catalog.select(filter)?;
            let tables = selected.tables.into_iter().map(|table| (table, None));
            Ok((tables.collect(), selected.notes))
        }
        Tables::Rows(selections) => {
            let find = |selection: &super::Selection| {
                let table = catalog.find(&selection.table)?.clone();
                Ok((table, selection.filter.clone()))
            };
            let tables = selections.iter().map(find).collect::<Result<_>>()?;
            Ok((tables, Vec::new()))
        }
    }
}

fn counterparts(catalog: &Catalog, sources: &[Chosen]) -> Result<Vec<Relation>> {
    let find = |(source, _): &Chosen| Ok(catalog.counterpart(source)?.clone());
    sources.iter().map(find).collect()
}

fn refuse_references(targets: &[Relation], keys: &[ForeignKey], to: &Session) -> Result<()> {
    match keys::reference_from_outside(targets, keys) {
        None => Ok(()),
        Some((place, key)) => Err(Error::Referenced {
            table: targets[place].shown.clone(),
            target: to.name().to_owned(),
            child: key.child_shown.clone(),
            key: key.name.name.clone(),
        }),
    }
}

/// Has the source parse each condition as it stands: what is read later stands in parentheses, and only one
/// whole expression is right both ways.
async fn check_filters(from: &Session, sources: &[Chosen]) -> Result<()> {
    for (source, filter) in sources {
        if let Some(filter) = filter {
            let only = source.only();
            from.check(&format!("SELECT FROM {only} WHERE {filter}"))
                .await?;
        }
    }
    Ok(())
}

async fn check_temporary(to: &Session) -> Result<()> {
    let allowed = to
        .value(include_str!("../sql/may_create_temporary.sql"), &[])
        .await?;
    if allowed.as_bool() == Some(true) {
        return Ok(());
    }
    Err(Error::NoTemporaryTables {
        role: to.server().user.clone(),
        database: to.server().database.clone(),
    })
}

/// Refuses beforehand what the server would refuse half-way, or not at all.
fn check_rights(source: &Table, target: &Table, options: &CopyOptions) -> Result<()> {
    let sides = [(source, &options.from), (target, &options.to)];
    for (table, session) in sides {
        if table.relation.row_security {
            return Err(Error::RowSecurity {
                table: table.relation.shown.clone(),
                target: session.name().to_owned(),
                role: session.server().user.clone(),
            });
        }
    }
    let (read, write) = (source.relation.may, target.relation.may);
    let refused = |verb, table: &Table, session: &Session| {
        Err(Error::NotAllowed {
            role: session.server().user.clone(),
            verb,
            table: table.relation.shown.clone(),
            target: session.name().to_owned(),
        })
    };
    match options.mode {
        _ if !read.select => refused("SELECT from", source, &options.from),
        _ if !write.insert => refused("INSERT into", target, &options.to),
        Mode::Replace if !write.truncate => refused("TRUNCATE", target, &options.to),
        Mode::Upsert if !write.update => refused("UPDATE", target, &options.to),
        _ => Ok(()),
    }
}

fn units(tables: Vec<TablePlan>, arrangement: Arrangement) -> Vec<Unit> {
    let mut tables: Vec<Option<TablePlan>> = tables.into_iter().map(Some).collect();
    let unit = |places: Vec<usize>| {
        // Every place stands in exactly one unit.
        let tables: Vec<TablePlan> = places.iter().filter_map(|p| tables[*p].take()).collect();
        let is_inside = |key: &&ForeignKey| {
            tables
                .iter()
                .any(|table| table.target.root() == key.child_root)
        };
        Unit {
            deferred: arrangement
                .deferred
                .iter()
                .filter(is_inside)
                .cloned()
                .collect(),
            tables,
        }
    };
    arrangement.units.into_iter().map(unit).collect()
}

impl TablePlan {
    fn new(
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
        Ok(Self {
            source: source.relation,
            target: target.relation,
            filter,
            columns: matched.columns,
            computed: matched.computed,
            binary: matched.binary && same_major(options.from.server(), options.to.server()),
            key,
        })
    }

    /// What an upsert cannot bring to what the source has (428C9).
    fn kept_identity(&self) -> Option<String> {
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
        let plain = self.filter.is_none() && !self.computed && !self.columns.is_empty();
        let what = if plain && self.source.kind == catalog::Kind::Ordinary {
            format!("{} ({columns})", self.source.name)
        } else {
            format!("(SELECT {columns} {})", self.rows_clause())
        };
        format!("COPY {what} TO STDOUT{}", self.format())
    }

    /// Writes them into `table`, which has the columns of the target.
    pub fn write_sql(&self, table: &str) -> String {
        let columns = match self.columns.as_slice() {
            [] => String::new(),
            _ => format!(" ({})", ident_list(&self.column_names())),
        };
        format!("COPY {table}{columns} FROM STDIN{}", self.format())
    }

    pub fn count_source_sql(&self) -> String {
        format!("SELECT pg_catalog.count(*) {}", self.rows_clause())
    }

    pub fn count_target_sql(&self) -> String {
        format!("SELECT pg_catalog.count(*) FROM {}", self.target.only())
    }

    fn rows_clause(&self) -> String {
        let only = self.source.only();
        match &self.filter {
            None => format!("FROM {only}"),
            // The line break ends a trailing `--` comment.
            Some(filter) => format!("FROM {only} WHERE ({filter}\n)"),
        }
    }

    fn format(&self) -> &'static str {
        if self.binary { " (FORMAT binary)" } else { "" }
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
