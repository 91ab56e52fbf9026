//! Rows that were copied are on the target as they are at the source, and what failed left no trace.

mod columns;
mod data;
mod dump;
mod encodings;
mod export;
mod faults;
mod import;
mod insert;
mod jobs;
mod keys;
mod large;
mod large_objects;
mod limit;
mod majors;
mod mask;
mod matviews;
mod mirror;
mod moves;
mod plan;
mod policies;
mod random;
mod refusals;
mod replace;
mod restore;
mod resume;
mod same;
mod sequences;
mod staged;
mod standby;
mod stopped;
mod streams;
mod subset;
mod triggers;
mod upsert;
mod where_;

use std::sync::Arc;

use runner::copy::{
    CopyOptions, Error, Guards, Mode, Report, Result, Selection, SwitchedOff, Tables, tables,
};
use runner::pg::catalog::TableFilter;
use runner::pg::{Access, Session};

use crate::direct::{Heard, connector_as, open, run};
use crate::support::{Database, dev, prod};

/// A source on one server and a target on another.
pub struct Pair {
    pub from: Database,
    pub to: Database,
}

impl Pair {
    /// The same tables on both sides, rows on the source only.
    pub fn new(schema: &str, rows: &str) -> Self {
        Self::different(&format!("{schema};\n{rows}"), schema)
    }

    pub fn different(from: &str, to: &str) -> Self {
        Self {
            from: Database::with(dev(), from),
            to: Database::with(prod(), to),
        }
    }

    /// Copies in sessions of its own.
    pub fn copy(&self, mode: Mode, tables: &[&str]) -> Result<Report> {
        run(async {
            let (from, to, _) = self.sessions().await;
            copy(&from, &to, mode, tables).await
        })
    }

    pub async fn sessions(&self) -> (Session, Session, Arc<Heard>) {
        let (from, _) = open(&self.from).await;
        let (to, heard) = open(&self.to).await;
        (from, to, heard)
    }

    /// The refusal of a copy, after which the target is as it was.
    #[track_caller]
    pub fn refusal(&self, mode: Mode, tables: &[&str]) -> String {
        let before = self.to.state();
        let error = self.copy(mode, tables).unwrap_err();
        self.to.assert_as_before(&before);
        self.in_words(&error)
    }

    /// The same of a copy for whose rows the target's triggers fire.
    #[track_caller]
    pub fn refusal_with_triggers(&self, mode: Mode, tables: &[&str]) -> String {
        let before = self.to.state();
        let copied = run(async {
            let (from, to, _) = self.sessions().await;
            copy_with_triggers(&from, &to, mode, tables).await
        });
        self.to.assert_as_before(&before);
        self.in_words(&copied.unwrap_err())
    }

    /// The error with the sides by their roles instead of the names they happen to have.
    pub fn in_words(&self, error: &Error) -> String {
        let text = error.to_string();
        let text = text.replace(&format!("`{}`", self.from.name()), "`from`");
        text.replace(&format!("`{}`", self.to.name()), "`to`")
    }

    /// The rows of tables are the same on both sides.
    #[track_caller]
    pub fn assert_equal_in(&self, tables: &[&str]) {
        for table in tables {
            let rows = format!("SELECT t::text FROM {table} AS t ORDER BY t::text COLLATE \"C\"");
            assert_eq!(self.from.query(&rows), self.to.query(&rows), "{table}");
        }
    }

    /// Rows and sequences are the same on both sides.
    #[track_caller]
    pub fn assert_equal(&self) {
        assert_eq!(contents(&self.from), contents(&self.to));
    }
}

fn contents(database: &Database) -> String {
    let state = database.state();
    let lines = state
        .lines()
        .filter(|line| line.starts_with("rows") || line.starts_with("sequence"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a copy sets for its time, and what a dump would.
pub const SETTINGS: &str = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
  WHERE name ~* '^(client_|date|time|interval|extra|bytea|xmlopt|lc_|row_|search|.*_timeout$|standard|check_)'";

pub fn named(tables: &[&str]) -> TableFilter {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    TableFilter {
        tables: (!tables.is_empty()).then(|| own(tables)),
        ..TableFilter::default()
    }
}

pub fn options(from: &Session, to: &Session, mode: Mode, tables: &[&str]) -> CopyOptions {
    let tables = Tables::Matching(named(tables));
    CopyOptions::new(from.clone(), to.clone(), tables, mode)
}

/// Lets the target alone refuse rows of a table: it has a function that the source has not, so that nothing of it is
/// known beforehand.
pub fn refusing(table: &str, condition: &str) -> String {
    format!(
        "CREATE FUNCTION only_here(boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1'; \
         ALTER TABLE {table} ADD CHECK (only_here({condition}))"
    )
}

pub async fn copy(from: &Session, to: &Session, mode: Mode, names: &[&str]) -> Result<Report> {
    tables(&options(from, to, mode, names)).await
}

/// All triggers of the target fire.
pub fn with_triggers(mut options: CopyOptions) -> CopyOptions {
    options.guards.triggers = SwitchedOff::Nothing;
    options
}

pub async fn copy_with_triggers(
    from: &Session,
    to: &Session,
    mode: Mode,
    names: &[&str],
) -> Result<Report> {
    tables(&with_triggers(options(from, to, mode, names))).await
}

pub fn rows_of(table: &str, filter: &str) -> Tables {
    Tables::Rows(vec![Selection {
        table: table.to_owned(),
        filter: Some(filter.to_owned()),
    }])
}

/// A session of a role with this name, which is made for it.
pub async fn open_as(database: &Database, role: &str) -> Session {
    listen_as(database, role).await.0
}

/// The same, and what is reported about it.
pub async fn listen_as(database: &Database, role: &str) -> (Session, Arc<Heard>) {
    // Roles belong to the whole server, and so to every test.
    database.query(&format!(
        "SET client_min_messages = error; DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD 'pw'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    ));
    let url = database.url();
    let place = url.split_once('@').unwrap().1;
    let (connector, heard) = connector_as(database, &format!("postgres://{role}:pw@{place}"));
    (connector.open(Access::ReadWrite).await.unwrap(), heard)
}

/// What an environment variable makes of a test: how often, and from which seed.
pub fn number<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}
