use super::*;
use crate::config::Secret;

#[track_caller]
fn renders(report: &Report, expected: &str) {
    assert_eq!(report.render(60, Paint { on: false }), expected);
}

#[test]
fn a_failed_statement_shows_the_playbook_and_the_sql() {
    let report = Report {
        location: Some(SourceSpan {
            file: "playbooks/promote.lua".to_owned(),
            line: 12,
            column: Some(3),
            text: "  tx:execute [[".to_owned(),
        }),
        sql: Some(SqlSpan {
            text: "UPDATE uk_lrt\n\tSET lat_cnt = 1".to_owned(),
            position: Some(20),
            origin: None,
        }),
        fields: vec![
            ("sqlstate", "42703".to_owned()),
            ("hint", "Perhaps you meant\n\"lat_count\".".to_owned()),
            ("target", "prod".to_owned()),
        ],
        trace: vec!["playbooks/promote.lua:30".to_owned()],
        help: Some("the transaction was rolled back".to_owned()),
        ..Report::new("column \"lat_cnt\" does not exist")
    };
    renders(
        &report,
        "\
error: column \"lat_cnt\" does not exist
  at playbooks/promote.lua:12
  12 | tx:execute [[
     | ^
  at SQL line 2
  2 |     SET lat_cnt = 1
    |         ^
  sqlstate: 42703
  hint: Perhaps you meant
    \"lat_count\".
  target: prod
  from: playbooks/promote.lua:30
  help: the transaction was rolled back
",
    );
}

#[test]
fn a_statement_of_a_file_is_told_by_its_file_and_line() {
    let report = Report {
        sql: Some(SqlSpan {
            text: "SELECT 1;\n\nSELEC 2".to_owned(),
            position: Some(12),
            origin: Some(("sql/x.sql".to_owned(), 40)),
        }),
        ..Report::new("syntax error at or near \"SELEC\"")
    };
    renders(
        &report,
        "error: syntax error at or near \"SELEC\"\n  at sql/x.sql:42\n  42 | SELEC 2\n     | ^\n",
    );
}

#[test]
fn without_a_position_the_statement_begins_to_be_shown() {
    let sql = SqlSpan {
        text: "\n  SELECT x\n  FROM y".to_owned(),
        position: None,
        origin: None,
    };
    let report = Report {
        sql: Some(sql),
        ..Report::new("m")
    };
    renders(&report, "error: m\n  at SQL line 2\n  2 |   SELECT x\n");
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let text = format!(
        "SELECT {} FROM t",
        (0..40)
            .map(|n| format!("c{n}"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let position = text.find("c20").map(|at| at + 1);
    let report = Report {
        sql: Some(SqlSpan {
            text,
            position,
            origin: None,
        }),
        ..Report::new("m")
    };
    renders(
        &report,
        "error: m\n  at SQL line 1\n  1 | … c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c…\n    \
             |                            ^\n",
    );
}

#[test]
fn everything_is_redacted_and_escaped() {
    Secret::new("tops3cret");
    let hostile = "a\u{1b}[2Jb tops3cret";
    let report = Report {
        location: Some(SourceSpan {
            file: hostile.to_owned(),
            line: 1,
            column: None,
            text: hostile.to_owned(),
        }),
        sql: Some(SqlSpan {
            text: hostile.to_owned(),
            position: Some(7),
            origin: None,
        }),
        fields: vec![("detail", hostile.to_owned())],
        trace: vec![hostile.to_owned()],
        help: Some(hostile.to_owned()),
        ..Report::new(hostile)
    };
    let shown = "a\\u{1b}[2Jb [secret]";
    renders(
        &report,
        &format!(
            "error: {shown}\n  at {shown}:1\n  1 | {shown}\n  at SQL line 1\n  1 | {shown}\n    \
                 |            ^\n  detail: {shown}\n  from: {shown}\n  help: {shown}\n"
        ),
    );
    let json = report.json();
    assert!(!json.contains("tops3cret"), "{json}");
    assert!(!json.contains('\u{1b}'), "{json}");
}

#[test]
fn as_json_the_fields_are_always_the_same_and_others_follow() {
    assert_eq!(
        Report::new("m").json(),
        "{\"kind\":\"failed\",\"message\":\"m\",\"file\":null,\"line\":null,\"column\":null,\"sql\":null,\
             \"sqlstate\":null,\"detail\":null,\"hint\":null,\"constraint\":null,\"table\":null,\"target\":null,\
             \"route\":null,\"trace\":[],\"help\":null}\n"
    );
    let report = Report {
        kind: "usage",
        location: Some(SourceSpan {
            file: "a.lua".to_owned(),
            line: 2,
            column: Some(7),
            text: String::new(),
        }),
        sql: Some(SqlSpan {
            text: "SELECT\n  x".to_owned(),
            position: Some(10),
            origin: None,
        }),
        fields: vec![("sqlstate", "42703".to_owned()), ("column", "x".to_owned())],
        trace: vec!["a.lua:2".to_owned()],
        help: Some("h".to_owned()),
        ..Report::new("m")
    };
    assert_eq!(
        report.json(),
        "{\"kind\":\"usage\",\"message\":\"m\",\"file\":\"a.lua\",\"line\":2,\"column\":7,\
             \"sql\":{\"text\":\"SELECT\\n  x\",\"line\":2,\"column\":3},\"sqlstate\":\"42703\",\"detail\":null,\
             \"hint\":null,\"constraint\":null,\"table\":null,\"target\":null,\"route\":null,\
             \"trace\":[\"a.lua:2\"],\"help\":\"h\",\"column_name\":\"x\"}\n"
    );
}

mod anything {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_report_of_any_kind_is_shown_at_any_width(
            texts in prop::collection::vec(prop_oneof![any::<String>(), "[a-z 漢\t\r\n\u{1b}]{0,200}"], 3),
            (line, column) in (0..9_usize, prop::option::of(0..300_usize)),
            position in prop::option::of(0..300_usize),
            width in 0..150_usize,
        ) {
            let report = Report {
                location: Some(SourceSpan {
                    file: "a.lua".to_owned(),
                    line,
                    column,
                    text: texts[0].clone(),
                }),
                sql: Some(SqlSpan {
                    text: texts[1].clone(),
                    position,
                    origin: None,
                }),
                fields: vec![("detail", texts[2].clone())],
                ..Report::new(texts[2].clone())
            };
            let shown = report.render(width, Paint { on: false });
            prop_assert!(!shown.contains('\u{1b}'), "{shown}");
            let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
            prop_assert!(json["message"].is_string());
        }
    }
}
