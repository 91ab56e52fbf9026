//! From values to parameters. All go in the text format, which every type reads; only bytea goes raw.

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::Value;

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// A value on its way to `$n`.
#[derive(Debug)]
pub struct Parameter<'a>(pub &'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Text(text) if *ty == Type::BYTEA => out.put_slice(text.as_bytes()),
            Value::Bytes(bytes) => out.put_slice(bytes),
            value => out.put_slice(text(value, ty)?.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        if *ty == Type::BYTEA {
            Format::Binary
        } else {
            Format::Text
        }
    }

    to_sql_checked!();
}

/// What a parameter is as text, bytea included; `None` for NULL.
pub fn parameter_text(value: &Value, ty: &Type) -> Result<Option<String>, String> {
    let bytes = match value {
        Value::Null => return Ok(None),
        Value::Text(text) if *ty == Type::BYTEA => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        value => return text(value, ty).map(Some).map_err(|error| error.to_string()),
    };
    Ok(Some(format!("\\x{}", super::decode::hex(bytes))))
}

fn text(value: &Value, ty: &Type) -> Result<String, Failure> {
    if *ty == Type::JSON || *ty == Type::JSONB {
        return Ok(json(value)?.to_string());
    }
    Ok(match value {
        Value::Null => return Err("NULL has no text".into()),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float_text(*float),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("\\x{}", super::decode::hex(bytes)),
        Value::Json(serde_json::Value::Array(items)) if matches!(ty.kind(), Kind::Array(_)) => {
            let items: Vec<Value> = items.iter().map(unwrap).collect();
            array_text(&items, ty)?
        }
        Value::Json(json) => json.to_string(),
        Value::Array(items) => array_text(items, ty)?,
    })
}

/// A JSON value as the plain value it stands for, so that `{1, 2}` fits both `int[]` and `json`.
fn unwrap(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Number(number) => Value::Text(number.to_string()),
        other => Value::Json(other.clone()),
    }
}

/// `Infinity` and `NaN` are spelled as PostgreSQL spells them; whole numbers keep no `.0`.
fn float_text(float: f64) -> String {
    if float.is_infinite() {
        if float > 0.0 {
            "Infinity".to_owned()
        } else {
            "-Infinity".to_owned()
        }
    } else {
        float.to_string()
    }
}

fn json(value: &Value) -> Result<serde_json::Value, Failure> {
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(float) => serde_json::Number::from_f64(*float)
            .ok_or("JSON has no infinity and no NaN")?
            .into(),
        Value::Text(text) => text.clone().into(),
        Value::Bytes(_) => return Err("JSON holds text, and this string is not UTF-8".into()),
        Value::Json(json) => json.clone(),
        Value::Array(items) => items
            .iter()
            .map(json)
            .collect::<Result<Vec<_>, _>>()?
            .into(),
    })
}

/// PostgreSQL's array literal; every element quoted, so that none is taken for NULL or a brace.
fn array_text(items: &[Value], ty: &Type) -> Result<String, Failure> {
    let element = match ty.kind() {
        Kind::Array(element) => element,
        _ => ty,
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.push(match item {
            Value::Null => "NULL".to_owned(),
            Value::Array(inner) => array_text(inner, ty)?,
            Value::Json(serde_json::Value::Array(inner))
                if *element != Type::JSON && *element != Type::JSONB =>
            {
                array_text(&inner.iter().map(unwrap).collect::<Vec<_>>(), ty)?
            }
            Value::Text(text) if *element == Type::BYTEA => {
                quoted(&format!("\\x{}", super::decode::hex(text.as_bytes())))
            }
            item => quoted(&text(item, element)?),
        });
    }
    // The one built-in type whose array has another delimiter, as it has commas of its own.
    let delimiter = if *element == Type::BOX { ";" } else { "," };
    Ok(format!("{{{}}}", texts.join(delimiter)))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_literals_and_json_stays_json() {
        let list = Value::Array(vec![Value::Int(1), Value::Null, "a \"b\" {c}\\".into()]);
        assert_eq!(
            text(&list, &Type::TEXT_ARRAY).unwrap(),
            r#"{"1",NULL,"a \"b\" {c}\\"}"#
        );
        assert_eq!(
            text(&list, &Type::JSONB).unwrap(),
            r#"[1,null,"a \"b\" {c}\\"]"#
        );
        assert_eq!(text(&"abc".into(), &Type::JSON).unwrap(), "\"abc\"");
    }

    #[test]
    fn arrays_of_json_keep_inner_arrays_as_json() {
        let list = Value::Json(serde_json::json!([{"a": 1}, [1, 2]]));
        assert_eq!(
            text(&list, &Type::JSONB_ARRAY).unwrap(),
            r#"{"{\"a\":1}","[1,2]"}"#
        );
        let nested = Value::Json(serde_json::json!([[1, 2], [3, 4]]));
        assert_eq!(
            text(&nested, &Type::INT4_ARRAY).unwrap(),
            r#"{{"1","2"},{"3","4"}}"#
        );
    }
}
