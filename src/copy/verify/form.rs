//! The form in which the values of a column are compared.

use crate::pg::Ident;
use crate::pg::catalog::Column;

const BYTEA: u32 = 17;
const JSON: [u32; 2] = [114, 3802];
/// smallint, integer, bigint, numeric.
const EXACT: [u32; 4] = [21, 23, 20, 1700];
/// text, character, character varying.
const TEXT: [u32; 3] = [25, 1042, 1043];
/// date, timestamp, timestamp with time zone (in UTC).
const MOMENT: [u32; 3] = [1082, 1114, 1184];

/// A `bytea` longer than this counts by its hash: as hexadecimal text it might not fit into a row.
const LONG: u32 = 1_000_000;

/// The value as an SQL expression that is the same text on both sides where the values are the same. The types of the
/// two sides may differ in what they keep beside the value: the scale of a number, the blanks of a `json`.
pub(in crate::copy) fn compared(source: &Column, target: &Column) -> String {
    let name = Ident(&target.name);
    let both =
        |family: &[u32]| family.contains(&source.type_oid) && family.contains(&target.type_oid);
    if both(&[BYTEA]) {
        return format!(
            "CASE WHEN pg_catalog.octet_length({name}) OPERATOR(pg_catalog.>) {LONG} \
             THEN pg_catalog.sha256({name}) ELSE {name} END"
        );
    }
    if source.type_name == target.type_name {
        return name.to_string();
    }
    if both(&JSON) {
        format!("{name}::pg_catalog.jsonb")
    } else if both(&EXACT) {
        format!("pg_catalog.trim_scale({name}::pg_catalog.numeric)")
    } else if both(&TEXT) {
        format!("{name}::pg_catalog.text")
    } else if both(&MOMENT) {
        format!("{name}::pg_catalog.timestamptz")
    } else {
        name.to_string()
    }
}
