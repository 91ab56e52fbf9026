//! Results for programs are exact: held against psql and COPY.

use std::io::Write;
use std::process::Stdio;

use super::lines::run;
use crate::support::{Database, Runner, dev};

/// What psql prints for the same lines.
fn psql(database: &Database, options: &[&str], lines: &str) -> String {
    let mut psql = database.client("psql");
    psql.args(["-X", "-q"]).args(options);
    psql.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = psql.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn csv_is_what_psql_writes() {
    let database = Database::empty(dev());
    let lines = "select 1 as a, null as b, '' as c, true as d, 'x,\"y\"' as e, E'two\\nlines' as f;\n\
                 select now()::date = current_date as today, array[1, 2] as list, '{\"k\": 1}'::jsonb as doc,\n\
                 '\\x00ff'::bytea as bytes, 1.50::numeric as n, interval '1 day' as span, 'a;b' as \"odd \"\"name\";\n\
                 table pg_catalog.pg_am; values (1), (2); show server_version_num; select where false;\n";
    let ours = run(
        Runner::new().target("dev", &database),
        &["dev", "--csv"],
        lines,
        0,
    );
    assert_eq!(ours.stdout, psql(&database, &["--csv"], lines));
}

/// One row of values that are hard to write down.
const NASTY: &str = "select null as n, '' as empty, ' x ' as blanks, 'a,b;c|d' as marks, E'q\"q''q' as quotes, \
    E'l1\\nl2\\rl3\\r\\n' as breaks, E't\\tt' as tabs, E'\\\\.' as \"end\", E'\\\\N' as null_mark, E'\\\\\\\\ \\\\t' as backslashes, \
    E'\\x01\\x08\\x0b\\x0c\\x1b[31m\\x7f' as controls, U&'\\200b\\202e\\feff' as marks2, 'e' || U&'\\0301' || '名前👩\u{200d}🚀' as wide, \
    array['a,b', null, 'NULL', '', E'\"\\\\'] as list, row(1, null, 'x,y') as record, '\\xdeadbeef'::bytea as bytes, \
    E'{\"k\":\\n [1.10, null, \"\\\\u00e9\"]}'::json as doc, '<a b=\"1\">&amp;</a>'::xml as xml, 'NaN'::float8 as nan, \
    '-infinity'::timestamptz as never, 1e300::float8 as big, 123456789012345678901234567890.10::numeric as exact, \
    9007199254740993::int8 as odd, true as yes, '1 mon -2 days 03:04:05.6'::interval as span, '[1,5)'::int4range as part, \
    '$1,234.50' as \"the \"\"name\"\", x\"";

#[test]
fn values_that_are_hard_to_write_are_what_psql_and_copy_write() {
    let database = Database::empty(dev());
    let lines = format!("{NASTY};\n");
    let ours = |format: &str| {
        let target = Runner::new().target("dev", &database);
        run(target, &["dev", format], &lines, 0).stdout
    };
    assert_eq!(ours("--csv"), psql(&database, &["--csv"], &lines));
    let copied = format!("copy ({NASTY}) to stdout with (header);\n");
    assert_eq!(ours("--tsv"), psql(&database, &[], &copied));
    // All values but those of JSON itself survive as texts.
    let read: serde_json::Value = serde_json::from_str(&ours("--json")).unwrap();
    for (name, text) in read.as_object().unwrap() {
        let name = name.replace('"', "\"\"");
        let told = match text {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => continue,
            other => other.to_string(),
        };
        let same = format!(
            "with nasty as ({NASTY}) select \"{name}\"::text = $text${told}$text$, \"{name}\"::text from nasty"
        );
        if !matches!(name.as_str(), "doc" | "yes") {
            assert!(
                database.query(&same).starts_with("t|"),
                "{name}: {told:?}, {}",
                database.query(&same)
            );
        }
    }
    assert_eq!(read["doc"].to_string(), r#"{"k":[1.10,null,"é"]}"#);
}

#[test]
fn json_and_tsv_are_exact_and_tags_do_not_stand_among_rows() {
    let database = Database::empty(dev());
    let lines =
        "create table t (a int, b text); insert into t values (1, null), (2, 'x');\ntable t;\n";
    let target = || Runner::new().target("dev", &database);
    let ran = run(target(), &["dev", "--json"], lines, 0);
    assert_eq!(ran.stdout, "{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x\"}\n");
    let ran = run(target(), &["dev", "--tsv"], "table t;", 0);
    assert_eq!(ran.stdout, "a\tb\n1\t\\N\n2\tx\n");
}
