use super::*;
use crate::pg::catalog::Relation;

fn column(name: &str, type_name: &str, type_oid: u32) -> Column {
    Column {
        name: name.to_owned(),
        number: 1,
        type_name: type_name.to_owned(),
        type_oid,
        portable: type_oid < 10000,
        generated: false,
        identity: None,
        not_null: false,
        default: None,
    }
}

fn int(name: &str) -> Column {
    column(name, "integer", 23)
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        relation: Relation::sample(1, "public", "lat"),
        columns,
        keys: Vec::new(),
    }
}

fn matched(source: Vec<Column>, target: Vec<Column>) -> Match {
    match_columns(&table(source), &table(target), "dev", "prod")
}

fn generated(name: &str) -> Column {
    Column {
        generated: true,
        ..int(name)
    }
}

#[test]
fn columns_go_by_name_in_the_order_of_the_target() {
    let found = matched(vec![int("a"), int("b")], vec![int("b"), int("a")]);
    let names: Vec<_> = found.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    assert!(found.binary && !found.computed);
}

#[test]
fn generated_columns_are_left_out_and_computed_ones_are_read() {
    let found = matched(
        vec![int("a"), generated("g")],
        vec![int("a"), generated("g")],
    );
    assert_eq!(found.columns.len(), 1);
    let found = matched(vec![int("a"), generated("g")], vec![int("a"), int("g")]);
    assert!(found.columns.len() == 2 && found.computed);
    let found = matched(vec![int("a"), generated("g")], vec![int("a")]);
    assert!(found.differences.is_empty());
}

#[test]
fn a_missing_column_is_an_error_only_where_something_would_be_lost_or_wanted() {
    let mut wanted = int("wanted");
    wanted.not_null = true;
    let found = matched(
        vec![int("a"), int("lost")],
        vec![int("a"), int("free"), wanted],
    );
    let texts: Vec<_> = found.differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "`lat`.`wanted` is missing on `dev`, and is NOT NULL without a default",
            "`lat`.`lost` is missing on `prod`"
        ]
    );
    assert_eq!(
        found.notes,
        ["`lat`.`free` is missing on `dev` and gets its default"]
    );
}

#[test]
fn rows_go_as_text_where_the_binary_form_could_mean_something_else() {
    let other = matched(vec![int("a")], vec![column("a", "bigint", 20)]);
    assert!(!other.binary);
    assert_eq!(
        other.notes,
        ["`lat`.`a` is integer on `dev` and bigint on `prod`"]
    );
    let mood = || vec![column("m", "mood", 16500)];
    assert!(!matched(mood(), mood()).binary);
}
