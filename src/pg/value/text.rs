//! Values as COPY writes them in its text format.

use tokio_postgres::types::Type;

use super::Value;
use super::encode::parameter_text;

impl Value {
    /// What the text of a type says, where the type is one of ours; else the text itself.
    pub fn of_text(type_oid: u32, text: &str) -> Self {
        let parsed = match Type::from_oid(type_oid) {
            Some(Type::BOOL) => Some(Self::Bool(text == "t")),
            Some(Type::INT2 | Type::INT4 | Type::INT8 | Type::OID) => {
                text.parse().ok().map(Self::Int)
            }
            Some(Type::FLOAT4 | Type::FLOAT8) => text.parse().ok().map(Self::Float),
            Some(Type::BYTEA) => text.strip_prefix("\\x").and_then(unhex).map(Self::Bytes),
            Some(Type::JSON | Type::JSONB) => serde_json::from_str(text).ok().map(Self::Json),
            _ => None,
        };
        parsed.unwrap_or_else(|| text.into())
    }

    /// The text that a column of the type takes; `None` for NULL.
    pub fn to_text(&self, type_oid: u32) -> Result<Option<String>, String> {
        let ty = Type::from_oid(type_oid).unwrap_or(Type::TEXT);
        parameter_text(self, &ty)
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_values_of_their_type_and_come_back_as_they_were() {
        for (ty, text, value) in [
            (Type::BOOL, "t", Value::Bool(true)),
            (Type::INT4, "-7", Value::Int(-7)),
            (Type::FLOAT8, "0.1", Value::Float(0.1)),
            (Type::BYTEA, "\\x00ff", Value::Bytes(vec![0, 255])),
            (Type::NUMERIC, "1.50", "1.50".into()),
            (Type::DATE, "2026-01-02", "2026-01-02".into()),
            (Type::JSONB, "[1]", Value::Json(serde_json::json!([1]))),
        ] {
            assert_eq!(Value::of_text(ty.oid(), text), value);
            let back = value.to_text(ty.oid()).unwrap().unwrap();
            assert!(back == text || back == "true", "{back}");
        }
        assert_eq!(Value::of_text(0, "x"), "x".into());
        assert_eq!(Value::Null.to_text(25).unwrap(), None);
    }
}
