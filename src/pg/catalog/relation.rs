//! Tables, and what else a table's name can stand for.

use super::super::fields::Fields;
use super::super::{Error, Result, Session, TableName};
use super::pattern::Pattern;
use crate::config::did_you_mean;

/// Every table, view and foreign table in the schemas of users, by schema and name.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(super) target: String,
    pub(super) relations: Vec<Relation>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub struct Relation {
    pub oid: u32,
    pub name: TableName,
    /// The name to show, which any primitive takes back: bare where the search path finds it and it needs no
    /// quotes, else with its schema, quoted where needed.
    pub shown: String,
    pub kind: Kind,
    /// Whether the search path finds it by its bare name.
    pub visible: bool,
    /// The partitioned tables it is a partition of, the nearest first.
    pub ancestors: Vec<u32>,
    /// Made by `CREATE EXTENSION`, as its rows mostly are.
    pub in_extension: bool,
    /// Rows as of the last ANALYZE or VACUUM; `None` before the first.
    pub estimate: Option<u64>,
    pub owner: String,
    pub may: Privileges,
    /// Whether policies would hide rows from the session's role.
    pub row_security: bool,
    /// The server is a standby that does not have its rows, or not all, since they are unlogged.
    pub absent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ordinary,
    Partitioned,
    View,
    MaterializedView,
    Foreign,
}

/// What the session's role may do with a table, or with some of its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each privilege is granted by itself"
)]
pub struct Privileges {
    /// Alter it: the role owns it, itself or by membership.
    pub own: bool,
    pub select: bool,
    pub insert: bool,
    pub update: bool,
    pub delete: bool,
    pub truncate: bool,
}

impl Kind {
    pub fn is_table(self) -> bool {
        matches!(self, Self::Ordinary | Self::Partitioned)
    }

    pub fn noun(self) -> &'static str {
        match self {
            Self::Ordinary => "table",
            Self::Partitioned => "partitioned table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Foreign => "foreign table",
        }
    }

    fn read(letter: &str) -> Self {
        match letter {
            "p" => Self::Partitioned,
            "v" => Self::View,
            "m" => Self::MaterializedView,
            "f" => Self::Foreign,
            _ => Self::Ordinary,
        }
    }
}

impl Catalog {
    pub async fn read(session: &Session) -> Result<Self> {
        let sql = include_str!("../../sql/catalog_relations.sql");
        let rows = session.query(sql, &[]).await?.rows;
        Ok(Self {
            target: session.name().to_owned(),
            relations: rows.into_iter().map(Relation::read).collect(),
        })
    }

    /// The name of the target it was read of.
    pub fn target(&self) -> &str {
        &self.target
    }

    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    pub fn get(&self, name: &TableName) -> Option<&Relation> {
        self.relations.iter().find(|r| r.name == *name)
    }

    pub fn by_oid(&self, oid: u32) -> Option<&Relation> {
        self.relations.iter().find(|r| r.oid == oid)
    }

    /// The one table of this name, which is no pattern: `lat`, `audit.log`, `"We ird"."t"`.
    pub fn find(&self, name: &str) -> Result<&Relation> {
        let pattern = Pattern::parse(name)?;
        if pattern.is_glob() {
            return Err(Error::TableName {
                name: name.to_owned(),
                reason: "one table is wanted, not a pattern",
            });
        }
        let relation = self
            .relations
            .iter()
            .find(|relation| pattern.matches(relation))
            .ok_or_else(|| self.no_table(name))?;
        self.check_table(relation)?;
        Ok(relation)
    }

    /// The same for a name that is known by its parts.
    pub fn table(&self, name: &TableName) -> Result<&Relation> {
        let relation = self.get(name).ok_or_else(|| self.no_table(&name.shown()))?;
        self.check_table(relation)?;
        Ok(relation)
    }

    /// The table that bears the same name here as `source` at a source: a bare name by the search path, else in
    /// the schema it has there.
    pub fn counterpart(&self, source: &Relation) -> Result<&Relation> {
        match self.find(&source.shown) {
            Err(Error::NoTable { .. }) if self.get(&source.name).is_some() => {
                self.table(&source.name)
            }
            found => found,
        }
    }

    pub(super) fn check_table(&self, relation: &Relation) -> Result<()> {
        if relation.kind.is_table() {
            return Ok(());
        }
        Err(Error::NotATable {
            name: relation.shown.clone(),
            target: self.target.clone(),
            kind: relation.kind.noun(),
        })
    }

    /// The error for a name nothing bears.
    pub(super) fn no_table(&self, name: &str) -> Error {
        let tables = || self.relations.iter().filter(|r| r.kind.is_table());
        // The right name in another schema or another case says more than one that is spelled alike.
        let bare = name.rsplit('.').next().unwrap_or(name).trim_matches('"');
        let elsewhere = tables().find(|r| r.name.name.eq_ignore_ascii_case(bare));
        Error::NoTable {
            name: name.to_owned(),
            target: self.target.clone(),
            suggestion: elsewhere.map_or_else(
                || did_you_mean(name, tables().map(|relation| relation.shown.as_str())),
                |relation| format!(", did you mean `{}`", relation.shown),
            ),
        }
    }
}

impl Relation {
    fn read(row: Vec<super::super::Value>) -> Self {
        let mut row = Fields::new(row);
        Self {
            oid: row.oid(),
            name: TableName::new(row.text(), row.text()),
            shown: row.text(),
            kind: Kind::read(&row.text()),
            visible: row.flag(),
            ancestors: row.oids(),
            in_extension: row.flag(),
            estimate: u64::try_from(row.int()).ok(),
            owner: row.text(),
            may: Privileges {
                own: row.flag(),
                select: row.flag(),
                insert: row.flag(),
                update: row.flag(),
                delete: row.flag(),
                truncate: row.flag(),
            },
            row_security: row.flag(),
            absent: row.flag(),
        }
    }

    /// The root of the partition tree it belongs to; itself where it is no partition.
    pub fn root(&self) -> u32 {
        self.ancestors.last().copied().unwrap_or(self.oid)
    }

    /// How SQL names its own rows: without those of tables that inherit from it, with those of partitions.
    pub fn only(&self) -> String {
        match self.kind {
            Kind::Ordinary => format!("ONLY {}", self.name),
            _ => self.name.to_string(),
        }
    }
}

#[cfg(test)]
impl Relation {
    /// An ordinary table of `postgres`, shown by its bare name in `public`.
    pub fn sample(oid: u32, schema: &str, name: &str) -> Self {
        let visible = schema == "public";
        Self {
            oid,
            name: TableName::new(schema, name),
            shown: if visible {
                name.to_owned()
            } else {
                format!("{schema}.{name}")
            },
            kind: Kind::Ordinary,
            visible,
            ancestors: Vec::new(),
            in_extension: false,
            estimate: None,
            owner: "postgres".to_owned(),
            may: Privileges::default(),
            row_security: false,
            absent: false,
        }
    }
}
