//! Parameters in statements that take none, such as COPY.
//!
//! The server says which type each parameter has. The value is then written as a literal of that type, in the
//! text that would have travelled beside the statement, so that it means the same.

use tokio_postgres::types::Type;

use super::query::check_params;
use super::script::{Lexer, TokenKind};
use super::value::literal_text;
use super::{Error, Ident, Literal, Result, Session, Value};

impl Session {
    /// `expression` with its `$1`, `$2` as literals. It stands behind `head`, which makes a statement of it.
    pub async fn inline(&self, head: &str, expression: &str, params: &[Value]) -> Result<String> {
        let sql = format!("{head}{expression}");
        let statement = self.parsed(&sql).await?;
        check_params(&statement, params).map_err(|error| error.with_sql(&sql))?;
        let literal = |(place, (value, ty)): (usize, (&Value, &Type))| {
            literal(value, ty).map_err(|reason| Error::Parameter {
                position: place + 1,
                type_name: ty.name().to_owned(),
                reason: reason.to_string(),
            })
        };
        let values = params.iter().zip(statement.params()).enumerate();
        let literals: Vec<String> = values.map(literal).collect::<Result<_>>()?;
        Ok(replaced(expression, &literals))
    }
}

fn literal(
    value: &Value,
    ty: &Type,
) -> std::result::Result<String, Box<dyn std::error::Error + Sync + Send>> {
    let (schema, name) = (Ident(ty.schema()), Ident(ty.name()));
    Ok(match literal_text(value, ty)? {
        Some(text) if text.contains('\0') => {
            return Err("it holds a zero byte, which no text of PostgreSQL may".into());
        }
        Some(text) => format!("({}::{schema}.{name})", Literal(&text)),
        None => format!("(NULL::{schema}.{name})"),
    })
}

/// The server has parsed the text: every `$1` outside of strings and comments is a parameter that is there.
fn replaced(sql: &str, literals: &[String]) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut lexer = Lexer::new(sql);
    let mut copied = 0;
    while let Ok(Some(token)) = lexer.next() {
        if token.kind != TokenKind::Other || &sql[token.start..token.end] != "$" {
            continue;
        }
        let behind = &sql[token.end..];
        let digits = behind
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(behind.len());
        let literal = behind[..digits].parse::<usize>().ok();
        let literal = literal.and_then(|number| literals.get(number.checked_sub(1)?));
        if let Some(literal) = literal {
            text.push_str(&sql[copied..token.start]);
            text.push_str(literal);
            copied = token.end + digits;
            lexer.jump(copied);
        }
    }
    text.push_str(&sql[copied..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_replaced_where_they_are_parameters() {
        let literals = [
            "('a'::\"pg_catalog\".\"text\")".to_owned(),
            "(2)".to_owned(),
        ];
        assert_eq!(
            replaced(
                "a=$1 AND b$1 = $2or '$1' = $t$ $1 $t$ -- $1\n /* $2 */ OR $3 > $2",
                &literals
            ),
            "a=('a'::\"pg_catalog\".\"text\") AND b$1 = (2)or '$1' = $t$ $1 $t$ -- $1\n /* $2 */ OR $3 > (2)"
        );
    }

    #[test]
    fn values_are_literals_of_their_type() {
        let shown = |value: Value, ty: &Type| literal(&value, ty).unwrap();
        assert_eq!(
            shown(Value::Int(-5), &Type::INT4),
            "('-5'::\"pg_catalog\".\"int4\")"
        );
        assert_eq!(
            shown(Value::Null, &Type::DATE),
            "(NULL::\"pg_catalog\".\"date\")"
        );
        assert_eq!(
            shown(Value::Bytes(vec![0, 255]), &Type::BYTEA),
            "( E'\\\\x00ff'::\"pg_catalog\".\"bytea\")"
        );
        assert!(literal(&Value::Text("a\0b".to_owned()), &Type::TEXT).is_err());
    }
}
