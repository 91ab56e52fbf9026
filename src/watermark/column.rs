//! Changes told by an ordered column, such as `updated_at`.
//!
//! Such a column is stamped when a transaction begins, or by another machine's clock: what commits after the
//! mark was taken can carry an older value. An overlap makes that rare, never impossible.

use super::changed::{Stored, Told};
use super::{ChangedOptions, Error, NewMark, Result};
use crate::config::did_you_mean;
use crate::pg::catalog::{Relation, tables};
use crate::pg::{Ident, Literal, Session, Value};
use crate::progress::Event;

/// What file marks and workflow 1 go by.
pub(super) const DEFAULT: &str = "updated_at";

/// What users make has this oid or a higher one.
const FIRST_OWN_OID: u32 = 16384;

/// How far behind its mark a column of times is read again: longer than most transactions take.
pub const OVERLAP: &str = "10 minutes";

pub(super) async fn tell(
    source: &Session,
    table: &Relation,
    name: &str,
    options: &ChangedOptions,
    stored: Option<&Stored>,
) -> Result<Told> {
    let column = Column::find(source, table, name).await?;
    let value = column
        .last(source, table, options.filter.as_deref())
        .await?;
    let stored = stored.map(|stored| stored.mark.as_str());
    let since = options.since.as_deref();
    let gap = match (since, stored) {
        (Some(since), Some(stored)) => column.is_later(source, since, stored).await?,
        _ => false,
    };
    let from = since.or(stored);
    let note = format!(
        "`{}`: changes are told by `{name}`{}, which is approximate: a row committed late with an older value is \
         missed",
        table.shown,
        if column.is_time() {
            format!(" with an overlap of {OVERLAP}")
        } else {
            String::new()
        }
    );
    source.reporter().event(&Event::Note(note));
    Ok(Told {
        filter: from.map(|from| column.condition(from)),
        everything: from.is_none(),
        mark: NewMark::Column {
            name: name.to_owned(),
            value,
        },
        gap,
    })
}

/// The ordered column.
struct Column {
    name: String,
    /// As `format_type` prints it.
    type_name: String,
    /// A type of the system itself, so that the operators are too.
    is_builtin: bool,
}

impl Column {
    async fn find(source: &Session, table: &Relation, name: &str) -> Result<Self> {
        let table = tables(source, std::slice::from_ref(table)).await?;
        let columns = table
            .first()
            .map(|table| table.columns.as_slice())
            .unwrap_or_default();
        match columns.iter().find(|column| column.name == name) {
            Some(column) => Ok(Self {
                name: name.to_owned(),
                type_name: column.type_name.clone(),
                is_builtin: column.type_oid < FIRST_OWN_OID,
            }),
            None => Err(Error::NoColumn {
                table: table
                    .first()
                    .map(|table| table.relation.shown.clone())
                    .unwrap_or_default(),
                column: name.to_owned(),
                suggestion: did_you_mean(name, columns.iter().map(|column| column.name.as_str())),
            }),
        }
    }

    fn is_time(&self) -> bool {
        self.type_name == "date" || self.type_name.starts_with("timestamp")
    }

    /// The value up to which the snapshot has seen all there is. A time that never comes, or comes later than
    /// now, would keep every later change out.
    async fn last(
        &self,
        source: &Session,
        table: &Relation,
        filter: Option<&str>,
    ) -> Result<Option<String>> {
        let name = Ident(&self.name);
        let mut last = format!("pg_catalog.max({name})");
        let mut conditions: Vec<String> =
            filter.map(|own| format!("({own}\n)")).into_iter().collect();
        if self.is_time() {
            conditions.push(format!("pg_catalog.isfinite({name})"));
        }
        if self.type_name.ends_with("with time zone") {
            last = format!("LEAST({last}, pg_catalog.now())");
        }
        if !self.is_time() {
            last = format!("{last}::pg_catalog.text");
        }
        let mut sql = format!(
            "SELECT {last}, pg_catalog.count({name}) FROM {}",
            table.only()
        );
        if !conditions.is_empty() {
            sql = format!("{sql} WHERE {}", conditions.join(" AND "));
        }
        let row = source
            .query(&sql, &[])
            .await?
            .rows
            .into_iter()
            .next()
            .unwrap_or_default();
        Ok(match &row[..] {
            // LEAST passes over NULL.
            [_, Value::Int(0)] => None,
            [Value::Text(text), ..] => Some(text.clone()),
            _ => None,
        })
    }

    async fn is_later(&self, source: &Session, since: &str, mark: &str) -> Result<bool> {
        let sql = format!(
            "SELECT {} {} {}",
            self.literal(since),
            self.operator(">"),
            self.literal(mark)
        );
        Ok(source.value(&sql, &[]).await?.as_bool().unwrap_or_default())
    }

    /// Rows whose value is not older than `from`, with the overlap; rows without a value too, since nothing
    /// tells whether they changed.
    fn condition(&self, from: &str) -> String {
        let name = Ident(&self.name);
        let from = self.literal(from);
        let from = if self.is_time() {
            format!("{from} - {}::pg_catalog.interval", Literal(OVERLAP))
        } else {
            from
        };
        format!("{name} {} {from} OR {name} IS NULL", self.operator(">="))
    }

    /// A type that borrows its operators, as varchar does, may find others on the search path before them.
    fn operator(&self, symbol: &str) -> String {
        if self.is_builtin {
            format!("OPERATOR(pg_catalog.{symbol})")
        } else {
            symbol.to_owned()
        }
    }

    fn literal(&self, value: &str) -> String {
        // The type's name is the server's own rendering, quoted where it has to be.
        format!("{}::{}", Literal(value), self.type_name)
    }
}
