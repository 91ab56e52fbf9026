//! Queries inside of COPY, which takes no parameters: their values become literals of the types that the server
//! finds for them.

use std::fmt::Write as _;

use tokio_postgres::types::{Kind, Type};

use super::script::{parameters, single};
use super::value::parameter_text;
use super::{Error, Ident, Literal, Result, Session, Value};

/// A query that stands by itself, and what it gives.
#[derive(Debug, Clone)]
pub struct Inlined {
    /// One statement without its semicolon, and without parameters.
    pub sql: String,
    pub columns: Vec<Described>,
}

/// A column of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub name: String,
    /// Of a domain the type below it.
    pub type_oid: u32,
    pub is_array: bool,
    pub is_composite: bool,
}

impl Session {
    /// The same with an expression that stands behind `head`, which makes a statement of it and is left away.
    pub async fn inline_behind(
        &self,
        head: &str,
        expression: &str,
        params: &[Value],
    ) -> Result<String> {
        let inlined = self.inline(&format!("{head}{expression}"), params).await?;
        Ok(inlined.sql[head.len()..].to_owned())
    }

    /// Has the server parse a query and puts its parameters in their places.
    pub async fn inline(&self, sql: &str, params: &[Value]) -> Result<Inlined> {
        let sql = single(sql).map_err(Error::Refusal)?;
        let turn = self.turn().await?;
        let statement = self.parse(sql).await.map_err(|error| error.with_sql(sql))?;
        drop(turn);
        let types = statement.params();
        super::query::check_params(&statement, params)?;
        let mut text = String::with_capacity(sql.len());
        let mut behind = 0;
        for (place, number) in parameters(sql) {
            text.push_str(&sql[behind..place.start]);
            behind = place.end;
            let index = number.saturating_sub(1);
            if let (Some(value), Some(ty)) = (params.get(index), types.get(index)) {
                let _ = write!(text, "{}", literal(index, value, ty)?);
            }
        }
        text.push_str(&sql[behind..]);
        let column = |column: &tokio_postgres::Column| Described {
            name: column.name().to_owned(),
            type_oid: column.type_().oid(),
            is_array: matches!(column.type_().kind(), Kind::Array(_)),
            is_composite: matches!(column.type_().kind(), Kind::Composite(_) | Kind::Pseudo),
        };
        Ok(Inlined {
            sql: text,
            columns: statement.columns().iter().map(column).collect(),
        })
    }
}

fn literal(index: usize, value: &Value, ty: &Type) -> Result<String> {
    let text = parameter_text(value, ty).map_err(|reason| Error::Parameter {
        position: index + 1,
        type_name: ty.name().to_owned(),
        reason,
    })?;
    let text = text.map_or("NULL".to_owned(), |text| Literal(&text).to_string());
    let (schema, name) = (Ident(ty.schema()), Ident(ty.name()));
    // The blanks keep it apart from what stands beside it.
    Ok(format!(" CAST({text} AS {schema}.{name}) "))
}
