//! From the wire's binary form to values.

use fallible_iterator::FallibleIterator;
use postgres_protocol::types as wire;
use tokio_postgres::types::{FromSql, Kind, Type};

use super::{Value, time};

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// How a column of a type can be had from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its binary form is read here.
    Native,
    /// It has to be cast to `text` by the server.
    Text,
    /// An array whose elements have to be cast to `text`.
    TextArray,
}

pub fn form(ty: &Type) -> Form {
    match ty.kind() {
        Kind::Enum(_) => Form::Native,
        Kind::Domain(base) => form(base),
        Kind::Array(element) => match form(element) {
            Form::Native => Form::Native,
            Form::Text | Form::TextArray => Form::TextArray,
        },
        Kind::Simple if is_native(ty) => Form::Native,
        Kind::Pseudo if *ty == Type::UNKNOWN || *ty == Type::VOID => Form::Native,
        _ => Form::Text,
    }
}

fn is_native(ty: &Type) -> bool {
    is_text(ty)
        || is_int(ty)
        || is_float(ty)
        || [
            Type::BOOL,
            Type::NUMERIC,
            Type::BYTEA,
            Type::UUID,
            Type::JSON,
            Type::JSONB,
            Type::DATE,
            Type::TIME,
            Type::TIMESTAMP,
            Type::TIMESTAMPTZ,
        ]
        .contains(ty)
}

fn is_text(ty: &Type) -> bool {
    [
        Type::TEXT,
        Type::VARCHAR,
        Type::BPCHAR,
        Type::NAME,
        Type::UNKNOWN,
    ]
    .contains(ty)
}

fn is_int(ty: &Type) -> bool {
    [Type::INT2, Type::INT4, Type::INT8, Type::OID].contains(ty)
}

fn is_float(ty: &Type) -> bool {
    [Type::FLOAT4, Type::FLOAT8].contains(ty)
}

/// Whether a table of results shows the type right-aligned.
pub fn is_numeric(ty: &Type) -> bool {
    is_int(ty) || is_float(ty) || *ty == Type::NUMERIC
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        match ty.kind() {
            Kind::Domain(base) => Self::from_sql(base, raw),
            Kind::Array(element) => array(element, raw),
            Kind::Enum(_) => text(raw),
            _ => scalar(ty, raw),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn scalar(ty: &Type, raw: &[u8]) -> Result<Value, Failure> {
    Ok(match *ty {
        Type::BOOL => Value::Bool(wire::bool_from_sql(raw)?),
        Type::INT2 => Value::Int(wire::int2_from_sql(raw)?.into()),
        Type::INT4 => Value::Int(wire::int4_from_sql(raw)?.into()),
        Type::INT8 => Value::Int(wire::int8_from_sql(raw)?),
        Type::OID => Value::Int(wire::oid_from_sql(raw)?.into()),
        // By way of its shortest decimal form, so that 0.1 stays 0.1.
        Type::FLOAT4 => Value::Float(wire::float4_from_sql(raw)?.to_string().parse()?),
        Type::FLOAT8 => Value::Float(wire::float8_from_sql(raw)?),
        Type::NUMERIC => Value::Text(numeric(raw)?),
        Type::BYTEA => Value::Bytes(raw.to_vec()),
        Type::UUID => Value::Text(uuid(wire::uuid_from_sql(raw)?)),
        Type::JSON => Value::Json(serde_json::from_slice(raw)?),
        Type::JSONB => Value::Json(serde_json::from_slice(raw.get(1..).unwrap_or_default())?),
        Type::DATE => Value::Text(time::date(wire::date_from_sql(raw)?)),
        Type::TIME => Value::Text(time::time(wire::time_from_sql(raw)?)),
        Type::TIMESTAMP => Value::Text(time::timestamp(wire::timestamp_from_sql(raw)?, "")),
        Type::TIMESTAMPTZ => Value::Text(time::timestamp(wire::timestamp_from_sql(raw)?, "+00:00")),
        Type::VOID => Value::Null,
        _ => text(raw)?,
    })
}

fn text(raw: &[u8]) -> Result<Value, Failure> {
    Ok(Value::Text(wire::text_from_sql(raw)?.to_owned()))
}

fn uuid(bytes: [u8; 16]) -> String {
    let hex = hex(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Arrays of any dimension, nested outermost first.
fn array(element: &Type, raw: &[u8]) -> Result<Value, Failure> {
    let array = wire::array_from_sql(raw)?;
    let lengths: Vec<usize> = array
        .dimensions()
        .map(|dimension| Ok(usize::try_from(dimension.len).unwrap_or(0)))
        .collect()?;
    let mut items: Vec<Value> = array
        .values()
        .map(|item| Value::from_sql_nullable(element, item))
        .collect()?;
    for length in lengths.iter().skip(1).rev() {
        items = items
            .chunks((*length).max(1))
            .map(|row| Value::Array(row.to_vec()))
            .collect();
    }
    Ok(Value::Array(items))
}

/// The wire's base-10000 digits as decimal text, with exactly `dscale` digits behind the point.
fn numeric(raw: &[u8]) -> Result<String, Failure> {
    let word = |index: usize| -> Result<u16, Failure> {
        let bytes = raw
            .get(index * 2..index * 2 + 2)
            .ok_or("numeric value cut short")?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    };
    let (count, sign, scale) = (usize::from(word(0)?), word(2)?, usize::from(word(3)?));
    let weight = i32::from(word(1)?.cast_signed());
    match sign {
        0xC000 => return Ok("NaN".to_owned()),
        0xD000 => return Ok("Infinity".to_owned()),
        0xF000 => return Ok("-Infinity".to_owned()),
        _ => {}
    }
    let digits = (0..count)
        .map(|index| word(4 + index))
        .collect::<Result<Vec<_>, _>>()?;
    // The digit that stands for 10000 to the power of `place`; those not sent are zero.
    let digit = |place: i32| {
        usize::try_from(weight - place)
            .ok()
            .and_then(|index| digits.get(index))
            .copied()
            .unwrap_or(0)
    };
    let whole = groups_text((0..=weight.max(0)).rev().map(digit));
    let groups = i32::try_from(scale.div_ceil(4))?;
    let mut fraction = groups_text((1..=groups).map(|place| digit(-place)));
    fraction.truncate(scale);
    let whole = whole.trim_start_matches('0');
    let mut text = if sign == 0x4000 {
        "-".to_owned()
    } else {
        String::new()
    };
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        text.push('.');
        text.push_str(&fraction);
    }
    Ok(text)
}

fn groups_text(groups: impl Iterator<Item = u16>) -> String {
    use std::fmt::Write;
    groups.fold(String::new(), |mut text, group| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{group:04}");
        text
    })
}
