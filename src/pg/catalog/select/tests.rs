use super::super::Kind;
use super::*;

fn relation(oid: u32, schema: &str, name: &str, shown: &str) -> Relation {
    Relation {
        shown: shown.to_owned(),
        ..Relation::sample(oid, schema, name)
    }
}

fn catalog() -> Catalog {
    let mut relations = vec![
        relation(1, "We ird", "t", "\"We ird\".t"),
        relation(2, "audit", "log", "audit.log"),
        relation(3, "public", "Lat", "public.\"Lat\""),
        relation(4, "public", "a.b*", "public.\"a.b*\""),
        relation(5, "public", "events", "events"),
        relation(6, "public", "events_2024", "events_2024"),
        relation(7, "public", "lat", "lat"),
        relation(8, "public", "recent", "recent"),
        relation(9, "public", "solid_queue_jobs", "solid_queue_jobs"),
    ];
    relations[4].kind = Kind::Partitioned;
    relations[5].ancestors = vec![5];
    relations[7].kind = Kind::View;
    Catalog {
        target: "dev".to_owned(),
        relations,
    }
}

fn filter(tables: &[&str], exclude: &[&str]) -> TableFilter {
    let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    TableFilter {
        tables: Some(own(tables)),
        exclude: own(exclude),
        groups: BTreeMap::from([
            ("law".to_owned(), own(&["lat", "group:all"])),
            ("all".to_owned(), own(&["audit.*", "group:law"])),
        ]),
    }
}

fn names(tables: &[&str], exclude: &[&str]) -> String {
    let selected = catalog().select(&filter(tables, exclude)).unwrap();
    let names: Vec<_> = selected.tables.into_iter().map(|r| r.shown).collect();
    names.join(" ")
}

fn refusal(tables: &[&str], exclude: &[&str]) -> String {
    let error = catalog().select(&filter(tables, exclude)).unwrap_err();
    error.to_string()
}

#[test]
fn patterns_select_tables() {
    let cases = [
        ("lat", "lat"),
        ("LAT", "lat"),
        ("public.\"Lat\"", "public.\"Lat\""),
        ("audit.*", "audit.log"),
        ("solid_queue_*", "solid_queue_jobs"),
        ("\"We ird\".\"t\"", "\"We ird\".t"),
        ("\"We ird\".t", "\"We ird\".t"),
        ("\"a.b*\"", "public.\"a.b*\""),
        ("group:law", "lat audit.log"),
        ("{lat,events}", "events lat"),
        ("e*_????", "events_2024"),
    ];
    for (pattern, expected) in cases {
        assert_eq!(names(&[pattern], &[]), expected, "{pattern}");
    }
}

#[test]
fn what_is_shown_selects_the_same_table_again() {
    let catalog = catalog();
    for relation in catalog.relations().iter().filter(|r| r.kind.is_table()) {
        assert_eq!(catalog.find(&relation.shown).unwrap().oid, relation.oid);
    }
}

#[test]
fn without_a_schema_the_search_path_is_meant() {
    let filter = TableFilter::default();
    let selected = catalog().select(&filter).unwrap();
    let names: Vec<_> = selected.tables.iter().map(|r| r.shown.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "public.\"Lat\" public.\"a.b*\" events lat solid_queue_jobs"
    );
    assert_eq!(selected.notes, ["left out: `recent` is a view"]);
    assert_eq!(
        catalog()
            .select(&self::filter(&["*.*"], &[]))
            .unwrap()
            .tables
            .len(),
        7
    );
}

#[test]
fn an_exclude_wins_over_a_name_and_says_so() {
    let filter = filter(&["lat", "audit.log"], &["l*"]);
    let selected = catalog().select(&filter).unwrap();
    assert_eq!(selected.tables.len(), 1);
    assert_eq!(selected.notes, ["excluded: `lat`"]);
    assert_eq!(
        refusal(&["lat"], &["l*"]),
        "no table of `dev` matches `lat` without `l*`"
    );
}

#[test]
fn a_partition_goes_with_its_root_even_where_it_is_excluded() {
    for pattern in ["e*", "events"] {
        let selected = catalog()
            .select(&filter(&[pattern], &["events_*"]))
            .unwrap();
        assert_eq!(selected.tables.len(), 1);
        assert_eq!(
            selected.notes,
            ["not excluded: `events_2024` is a partition of a table that is taken whole"]
        );
    }
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    assert_eq!(
        refusal(&["latt"], &[]),
        "no table `latt` on `dev`, did you mean `lat`"
    );
    assert_eq!(
        refusal(&["log"], &[]),
        "no table `log` on `dev`, did you mean `audit.log`"
    );
    assert_eq!(
        refusal(&["recent"], &[]),
        "`recent` on `dev` is a view, not a table"
    );
    assert_eq!(
        refusal(&["group:lwa"], &[]),
        "no such group `lwa` in `runner.toml`, did you mean `law`"
    );
    assert_eq!(refusal(&["x*"], &[]), "no table of `dev` matches `x*`");
    assert_eq!(refusal(&[], &[]), "no table of `dev` matches an empty list");
    for bad in ["", "a.b.c", "\"a", "a\"b\"", "a.", "x[", ".a"] {
        assert!(refusal(&[bad], &[]).starts_with("bad table name"), "{bad}");
    }
}
