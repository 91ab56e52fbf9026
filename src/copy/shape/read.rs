//! The SQL of a playbook, checked at the source before anything is changed.
//!
//! It is put into larger statements in parentheses. A text that could close them, or say more than it is asked
//! for, is wrong when it stands bare or when it stands in parentheses; so the server parses it both ways.

use super::super::{Error, Result};
use super::Condition;
use crate::pg::Session;
use crate::pg::catalog::Relation;

/// One condition of several, with the values of parameters written in.
pub(in crate::copy) async fn check_conditions(
    from: &Session,
    table: &Relation,
    conditions: &[&Condition],
) -> Result<Option<String>> {
    let head = format!("SELECT FROM {} WHERE ", table.only());
    let mut checked = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let sql = from
            .inline_behind(&head, &condition.sql, &condition.params)
            .await;
        let sql = sql.map_err(|error| Error::from(error).stopped(&table.shown, 0))?;
        check(from, table, &format!("{head}({sql}\n)")).await?;
        checked.push(sql);
    }
    Ok(match &checked[..] {
        [] => None,
        [one] => Some(one.clone()),
        // The line breaks end trailing comments.
        _ => Some(format!("({}\n)", checked.join("\n) AND ("))),
    })
}

/// What stands behind `ORDER BY`.
pub(in crate::copy) async fn check_order(
    from: &Session,
    table: &Relation,
    order_by: &str,
) -> Result<()> {
    let only = table.only();
    check(
        from,
        table,
        &format!("SELECT FROM {only} ORDER BY {order_by}"),
    )
    .await?;
    let inside = format!("SELECT pg_catalog.count(*) OVER (ORDER BY {order_by}\n) FROM {only}");
    check(from, table, &inside).await
}

/// An expression for the values of a column.
pub(super) async fn check_expression(
    from: &Session,
    table: &Relation,
    column: &str,
    sql: &str,
) -> Result<()> {
    let only = table.only();
    let statements = [
        format!("SELECT {sql}\n FROM {only}"),
        // A function of one value takes no list, and WHERE neither aggregates nor sets.
        format!("SELECT FROM {only} WHERE pg_catalog.pg_typeof({sql}\n) IS NULL"),
    ];
    for statement in statements {
        let checked = from.check(&statement).await;
        checked.map_err(|error| {
            Error::from(error).stopped(&format!("{}`.`{column}", table.shown), 0)
        })?;
    }
    Ok(())
}

async fn check(from: &Session, table: &Relation, sql: &str) -> Result<()> {
    let checked = from.check(sql).await;
    checked.map_err(|error| Error::from(error).stopped(&table.shown, 0))
}
