//! The pieces that the statements about staged rows are made of: `s` is a staged row, `t` one of the target.

use super::super::plan::{TablePlan, UpsertKey};
use crate::pg::Ident;
use crate::pg::catalog::{Column, Identity};

/// The key of `left` is that of `right`.
pub(in crate::copy) fn same_key(key: &UpsertKey, left: &str, right: &str) -> String {
    let columns = key.key.columns.iter().map(|column| {
        let name = Ident(&column.name);
        format!("{left}.{name} {} {right}.{name}", column.equal)
    });
    columns.collect::<Vec<_>>().join(" AND ")
}

/// Both have the same place in the stage.
pub(super) fn same_place(left: &str, right: &str) -> String {
    format!("{left} OPERATOR(pg_catalog.=) {right}")
}

/// Some column that an UPDATE can bring to what the source has is not as it is there.
pub(super) fn differs(table: &TablePlan, key: &UpsertKey) -> String {
    images_differ(changeable(table, key))
}

/// Compared by their images: `IS DISTINCT FROM` has no answer for json and takes 1.0 and 1.00 for the same.
pub(super) fn images_differ<'c>(columns: impl Iterator<Item = &'c Column> + Clone) -> String {
    if columns.clone().next().is_none() {
        return "false".to_owned();
    }
    let (old, new) = (qualified("t", columns.clone()), qualified("s", columns));
    // Without the casts the parser would compare column by column, with operators that are not there.
    format!("ROW({old})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW({new})::pg_catalog.record")
}

/// The columns an UPDATE can bring to what the source has: not those of an identity that is always generated
/// (428C9), and of the key only what can be equal and yet look different, like 1.0 and 1.00.
pub(super) fn changeable<'p>(
    table: &'p TablePlan,
    key: &'p UpsertKey,
) -> impl Iterator<Item = &'p Column> + Clone {
    table.columns.iter().filter(move |column| {
        column.identity != Some(Identity::Always)
            && !(key.key.has(&column.name) && EQUAL_IS_SAME.contains(&column.type_oid))
    })
}

pub(super) fn qualified<'c>(alias: &str, columns: impl Iterator<Item = &'c Column>) -> String {
    let columns = columns.map(|column| format!("{alias}.{}", Ident(&column.name)));
    columns.collect::<Vec<_>>().join(", ")
}

/// `"a" = s."a", "b" = s."b"`
pub(super) fn assignments<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    let set = |column: &'c Column| format!("{0} = s.{0}", Ident(&column.name));
    columns.map(set).collect::<Vec<_>>().join(", ")
}

/// bool, bytea, int8, int2, int4, text, oid, varchar, date, timestamp, timestamptz, uuid.
const EQUAL_IS_SAME: [u32; 12] = [16, 17, 20, 21, 23, 25, 26, 1043, 1082, 1114, 1184, 2950];
