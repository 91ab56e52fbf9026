//! Tables of the target that several workers fill at once, for one transaction to move their rows from.
//!
//! They stand in a schema of their own, whose name no other run has, and write no WAL. The run that has made them
//! removes them; where it could not, the next copy to the database does: a lock that ends with the session of a run
//! tells whether it still goes on.

use super::feed::Staged;
use super::plan::TablePlan;
use super::{Error, Result};
use crate::interrupt::shielded;
use crate::pg::fields::Fields;
use crate::pg::{Access, Ident, Session, TxOptions, Value, ident_list, transaction};
use crate::progress::Event;

pub(super) struct Staging {
    /// Holds the lock.
    keeper: Session,
    schema: String,
}

/// Whether the role may have staging tables.
pub(super) async fn is_possible(to: &Session) -> Result<bool> {
    let allowed = to
        .value(include_str!("../sql/staging_may_create.sql"), &[])
        .await?;
    Ok(allowed.as_bool() == Some(true))
}

/// Removes what runs have left that were killed.
pub(super) async fn clean_up(to: &Session) -> Result<()> {
    transaction(to, &TxOptions::default(), async |to| {
        let left = include_str!("../sql/staging_left.sql");
        for row in to.query(left, &[]).await?.rows {
            let schema = Fields::new(row).text();
            to.batch(&format!("DROP SCHEMA {} CASCADE", Ident(&schema)))
                .await?;
            to.reporter().event(&Event::Note(format!(
                "staging tables that an earlier run had left on `{}` are removed",
                to.name()
            )));
        }
        Ok(())
    })
    .await
}

/// The oids of those that INSERT does not fill as COPY does.
pub(super) async fn with_rules(to: &Session, oids: Vec<Value>) -> Result<Vec<u32>> {
    let sql = include_str!("../sql/staging_rules.sql");
    let rows = to.query(sql, &[Value::Array(oids)]).await?.rows;
    Ok(rows.into_iter().map(|row| Fields::new(row).oid()).collect())
}

impl Staging {
    /// Creates a staging table for each.
    pub async fn create(to: &Session, tables: &[&TablePlan]) -> Result<Self> {
        if !is_possible(to).await? {
            return Err(Error::NoStaging {
                role: to.server().user.clone(),
                database: to.server().database.clone(),
            });
        }
        let staging = Self {
            keeper: to.sibling(Access::ReadWrite).await?,
            schema: format!("runner_stage_{:016x}", rand::random::<u64>()),
        };
        match staging.fill_schema(tables).await {
            Ok(()) => Ok(staging),
            Err(error) => {
                staging.keeper.close();
                Err(error)
            }
        }
    }

    async fn fill_schema(&self, tables: &[&TablePlan]) -> Result<()> {
        let name = [Value::from(self.schema.as_str())];
        let lock = include_str!("../sql/staging_open.sql");
        self.keeper.query(lock, &name).await?;
        let schema = Ident(&self.schema);
        let mut statements = vec![
            format!("CREATE SCHEMA {schema}"),
            format!("COMMENT ON SCHEMA {schema} IS 'staging tables of runner'"),
        ];
        statements.extend(tables.iter().map(|table| {
            let columns = ident_list(&table.column_names());
            format!(
                "CREATE UNLOGGED TABLE {} AS SELECT {columns} FROM {} WITH NO DATA",
                self.name(table),
                table.target.only()
            )
        }));
        transaction(&self.keeper, &TxOptions::default(), async |keeper| {
            Ok(keeper.batch(&statements.join(";\n")).await?)
        })
        .await
    }

    /// The staging table of a table, as SQL.
    pub fn name(&self, table: &TablePlan) -> String {
        let name = format!("t{}", table.target.oid);
        format!("{}.{}", Ident(&self.schema), Ident(&name))
    }

    /// So many rows in it.
    pub fn staged(&self, table: &TablePlan, rows: u64, bytes: u64) -> Staged {
        Staged {
            name: self.name(table),
            rows,
            bytes,
        }
    }

    /// Removes the tables, whatever has become of the run.
    pub async fn remove(self) {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", Ident(&self.schema));
        if let Err(error) = shielded(self.keeper.batch(&drop)).await {
            self.keeper.reporter().event(&Event::Warning(format!(
                "the staging tables in schema `{}` of `{}` are left there, and the next copy removes them: {error}",
                self.schema,
                self.keeper.name()
            )));
        }
        self.keeper.close();
    }
}
