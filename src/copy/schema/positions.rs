//! Where sequences stand, brought over as it is: these are as new, and nobody has drawn from them.

use std::collections::BTreeMap;

use super::{Kind, Result, Schema};
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// How many sequences are read in one statement.
const TOGETHER: usize = 200;

pub(super) async fn bring(from: &Session, to: &Session, source: &Schema) -> Result<()> {
    let sequences = source.objects.iter().filter(|it| it.kind == Kind::Sequence);
    let names: Vec<&str> = sequences.map(|it| it.name.as_str()).collect();
    for names in names.chunks(TOGETHER) {
        let selects = names.iter().enumerate().map(|(place, name)| {
            format!("SELECT {place}::pg_catalog.int8, last_value, is_called FROM {name}")
        });
        let sql = selects.collect::<Vec<_>>().join(" UNION ALL ");
        let mut found = BTreeMap::new();
        for row in from.query(&sql, &[]).await?.rows {
            let mut row = Fields::new(row);
            found.insert(row.int(), (row.int(), row.flag()));
        }
        let column = |value: fn(&str, (i64, bool)) -> Value| {
            let rows = names.iter().zip(found.values());
            Value::Array(
                rows.map(|(name, position)| value(name, *position))
                    .collect(),
            )
        };
        let params = [
            column(|name, _| name.into()),
            column(|_, (last, _)| Value::Int(last)),
            column(|_, (_, called)| Value::Bool(called)),
        ];
        let sql = include_str!("../../sql/sequence_positions.sql");
        to.query(sql, &params).await?;
    }
    Ok(())
}
