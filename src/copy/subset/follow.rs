//! From the rows that begin to all they refer to.

use super::super::plan::TablePlan;
use super::super::{CopyOptions, Error, Result};
use super::rows::{Batch, PLACE, Rows};
use super::ties::Tie;
use crate::pg::{Ident, Session};

/// How many rows are followed in one statement.
const TOGETHER: usize = 5_000;

/// What is chosen so far, by the places of the tables.
pub(super) struct Search<'a> {
    from: &'a Session,
    tables: &'a [TablePlan],
    ties: &'a [Tie],
    /// None where all rows that the table's condition holds for are.
    rows: Vec<Option<Rows>>,
}

/// One end of a key, as a statement names it.
#[derive(Clone, Copy)]
enum End {
    Child,
    Parent,
}

impl<'a> Search<'a> {
    /// With the rows that begin.
    pub async fn begin(
        options: &'a CopyOptions,
        tables: &'a [TablePlan],
        ties: &'a [Tie],
    ) -> Result<Self> {
        let has_roots = !options.shape.roots.is_empty();
        let mut search = Self {
            from: &options.from,
            tables,
            ties,
            rows: Vec::with_capacity(tables.len()),
        };
        for table in tables {
            let rows = match (has_roots, &table.beginning.root, table.beginning.limit) {
                (true, None, _) => Some(Rows::default()),
                (false, _, None) => None,
                (_, _, limit) => search.beginning(table, limit).await?,
            };
            search.rows.push(rows);
        }
        Ok(search)
    }

    pub fn into_rows(self) -> Vec<Option<Rows>> {
        self.rows
    }

    /// Those of one table; none where the limit is not reached, so that all are.
    async fn beginning(&self, table: &TablePlan, limit: Option<u64>) -> Result<Option<Rows>> {
        let root = table.beginning.root.as_deref();
        let mut sql = select(table, root);
        if let Some(limit) = limit {
            let order = table.order_by.as_deref().unwrap_or(&table.beginning.key);
            sql = format!("{sql} ORDER BY {order}\n LIMIT {limit}");
        }
        let found = self.read(table, &sql).await?;
        let is_whole = root.is_none() && limit.is_some_and(|limit| (found.len() as u64) < limit);
        let mut rows = Rows::default();
        rows.add(found);
        Ok((!is_whole).then_some(rows))
    }

    /// What refers to the rows, of tables that are asked for.
    pub async fn add_children(&mut self) -> Result<()> {
        let tables = self.tables;
        let is_asked_for = |tie: &&Tie| tables[tie.child].beginning.child;
        let ties: Vec<&Tie> = self.ties.iter().filter(is_asked_for).collect();
        self.follow(&ties, End::Parent).await
    }

    /// What the rows refer to.
    pub async fn add_parents(&mut self) -> Result<()> {
        for tie in self.ties {
            if self.rows[tie.child].is_none() && self.rows[tie.parent].is_some() {
                let table = &self.tables[tie.child];
                let filter = table.filter.as_deref().unwrap_or("true");
                // The condition may name the table, which therefore has no other name inside.
                let among = format!(
                    "(SELECT {} FROM {} WHERE ({filter}\n))",
                    columns(tie),
                    table.source.only()
                );
                let sql = self.statement(tie, End::Child, &among, None);
                let found = self.read(&self.tables[tie.parent], &sql).await?;
                if let Some(rows) = &mut self.rows[tie.parent] {
                    rows.add(found);
                }
            }
        }
        let ties: Vec<&Tie> = self.ties.iter().collect();
        self.follow(&ties, End::Child).await
    }

    /// Goes along the keys from one end to the other until nothing new comes.
    async fn follow(&mut self, ties: &[&Tie], near: End) -> Result<()> {
        let all = |rows: &Option<Rows>| rows.as_ref().map_or_else(Vec::new, Rows::all);
        let mut waiting: Vec<_> = self.rows.iter().map(all).collect();
        while let Some(place) = waiting.iter().position(|rows| !rows.is_empty()) {
            let table = &self.tables[place];
            for batch in Batch::split(std::mem::take(&mut waiting[place]), TOGETHER) {
                for tie in ties.iter().filter(|tie| near.of(tie) == place) {
                    let far = near.other().of(tie);
                    if self.rows[far].is_none() {
                        continue;
                    }
                    let condition = batch.condition(&table.source, "n");
                    let sql = self.statement(tie, near, &table.source.only(), Some(&condition));
                    let found = self.read(&self.tables[far], &sql).await?;
                    if let Some(rows) = &mut self.rows[far] {
                        waiting[far].extend(rows.add(found));
                    }
                }
            }
        }
        Ok(())
    }

    /// Where the rows at the far end of a key stand, for those at the near end that `among` has.
    fn statement(&self, tie: &Tie, near: End, among: &str, condition: Option<&str>) -> String {
        let far = &self.tables[near.other().of(tie)];
        let name = &far.source.name;
        let equal = tie.columns.iter().map(|columns| {
            let (child, parent) = (Ident(&columns.child), Ident(&columns.parent));
            let equal = &columns.equal;
            match near {
                End::Child => format!("{name}.{parent} {equal} n.{child}"),
                End::Parent => format!("n.{parent} {equal} {name}.{child}"),
            }
        });
        let conditions: Vec<String> = condition
            .map(str::to_owned)
            .into_iter()
            .chain(equal)
            .collect();
        let conditions = conditions.join(" AND ");
        select(
            far,
            Some(&format!(
                "EXISTS (SELECT FROM {among} AS n WHERE {conditions})"
            )),
        )
    }

    async fn read(&self, table: &TablePlan, sql: &str) -> Result<Vec<(u32, (u32, u16))>> {
        let found = Rows::read(self.from, sql).await;
        found.map_err(|error| Error::from(error).stopped(&table.source.shown, 0))
    }
}

impl End {
    fn of(self, tie: &Tie) -> usize {
        match self {
            Self::Child => tie.child,
            Self::Parent => tie.parent,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Child => Self::Parent,
            Self::Parent => Self::Child,
        }
    }
}

/// Where the rows stand that the table's condition holds for, and another one.
fn select(table: &TablePlan, condition: Option<&str>) -> String {
    let conditions = table.filter.as_deref().into_iter().chain(condition);
    // The line break ends a trailing `--` comment.
    let conditions: Vec<String> = conditions.map(|sql| format!("({sql}\n)")).collect();
    let only = table.source.only();
    match conditions.as_slice() {
        [] => format!("SELECT {PLACE} FROM {only}"),
        _ => format!(
            "SELECT {PLACE} FROM {only} WHERE {}",
            conditions.join(" AND ")
        ),
    }
}

/// The columns of a key's child.
fn columns(tie: &Tie) -> String {
    let names = tie.columns.iter();
    let names: Vec<String> = names.map(|c| Ident(&c.child).to_string()).collect();
    names.join(", ")
}
