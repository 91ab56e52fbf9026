use super::*;
use crate::copy::Columns;
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
    shaped(source, target, &TableShape::default()).unwrap()
}

fn shaped(source: Vec<Column>, target: Vec<Column>, shape: &TableShape) -> Result<Match> {
    let sides = Sides {
        from: "dev",
        to: "prod",
        on_missing: OnMissing::Error,
    };
    match_columns(&table(source), &table(target), shape, sides)
}

fn ints(names: &str) -> Vec<Column> {
    names.split(' ').map(int).collect()
}

fn renamed(pairs: &[(&str, &str)]) -> TableShape {
    let own = |(old, new): &(&str, &str)| ((*old).to_owned(), (*new).to_owned());
    TableShape {
        renamed: pairs.iter().map(own).collect(),
        ..TableShape::default()
    }
}

/// `source -> target` of what is copied, and the differences.
#[track_caller]
fn crossing(source: &str, target: &str, shape: &TableShape) -> (Vec<String>, Vec<String>) {
    let found = shaped(ints(source), ints(target), shape).unwrap();
    let pairs = found.reads.iter().zip(&found.columns);
    let pairs = pairs.map(|(read, column)| format!("{} -> {}", read.name, column.name));
    let differences = found.differences.iter().map(ToString::to_string);
    (pairs.collect(), differences.collect())
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
fn a_renamed_column_goes_by_its_new_name_and_columns_can_change_names() {
    let (pairs, differences) = crossing("a b", "b c", &renamed(&[("a", "c")]));
    assert_eq!(
        (pairs, differences),
        (vec!["b -> b".to_owned(), "a -> c".to_owned()], vec![])
    );
    let (pairs, _) = crossing("a b", "a b", &renamed(&[("a", "b"), ("b", "a")]));
    assert_eq!(pairs, ["b -> a", "a -> b"]);
    let (_, differences) = crossing("a b", "b", &renamed(&[("a", "c")]));
    assert_eq!(differences, ["`lat`.`c` is missing on `prod`"]);
    let error = shaped(ints("a b"), ints("a b"), &renamed(&[("a", "b")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a` and `b` of `lat` would both be copied into `b`"
    );
    let error = shaped(ints("id"), ints("id"), &renamed(&[("di", "b")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "option `rename` names the column `di`, which `lat` has not, did you mean `id`"
    );
}

#[test]
fn only_chosen_columns_cross_and_the_others_may_be_on_one_side() {
    let these = |names: &str| TableShape {
        columns: Some(Columns::These(
            names.split(' ').map(str::to_owned).collect(),
        )),
        ..TableShape::default()
    };
    let except = |names: &str| TableShape {
        columns: Some(Columns::Except(
            names.split(' ').map(str::to_owned).collect(),
        )),
        ..TableShape::default()
    };
    for shape in [these("a"), except("b lost free")] {
        let found = shaped(ints("a b lost"), ints("b a free"), &shape).unwrap();
        let names: Vec<_> = found.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["a"]);
        assert!(found.differences.is_empty(), "{:?}", found.differences);
    }
    let mut wanted = int("b");
    wanted.not_null = true;
    let found = shaped(ints("a b"), vec![int("a"), wanted], &these("a")).unwrap();
    assert_eq!(
        found.differences[0].to_string(),
        "`lat`.`b` is left out by `columns`, and is NOT NULL without a default on `prod`"
    );
    let error = shaped(ints("a b"), ints("a b"), &except("a b")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "option `columns` leaves no column of `lat`"
    );
    for (shape, source) in [(these("free"), "a"), (except("nix"), "a")] {
        let error = shaped(ints(source), ints("a free"), &shape).unwrap_err();
        assert!(error.to_string().contains("which `lat` has not"), "{error}");
    }
}

#[test]
fn a_column_the_target_has_not_can_be_skipped() {
    let sides = Sides {
        from: "dev",
        to: "prod",
        on_missing: OnMissing::Skip,
    };
    let (source, target) = (table(ints("a lost")), table(ints("a")));
    let found = match_columns(&source, &target, &TableShape::default(), sides).unwrap();
    assert!(found.differences.is_empty());
    assert_eq!(
        found.notes,
        ["`lat`.`lost` is missing on `prod` and left out"]
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
