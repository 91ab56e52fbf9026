use super::*;

fn texts(script: &str) -> Vec<&str> {
    let statements = split(script, true).unwrap();
    statements.iter().map(|statement| statement.text).collect()
}

#[track_caller]
fn refused(script: &str) -> (usize, Refusal) {
    let refused = split(script, true).unwrap_err();
    (refused.place.line, refused.what)
}

#[test]
fn semicolons_in_strings_comments_and_parentheses_end_nothing() {
    let script = r#"
select 'a;''b' /* ; /* ; */ ; */, ";""x", $$;$$, $tag$ ; $$ ; $tag$, a$b$c; -- ;
select E'\';' -- a literal goes on behind a line break
  '\';', U&'\';
select 'c';
create rule r as on insert to t do also (insert into a values (1); insert into b values (2));;
"#;
    let found = texts(script);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].ends_with("a$b$c"));
    assert!(found[2].ends_with("select 'c'"));
    assert!(found[3].starts_with("create rule"));
}

#[test]
fn the_body_of_a_routine_is_one_statement() {
    let script = "create or replace procedure p(begin int) begin atomic
  insert into t select case when 1 = 1 then 2 end as end; select x.end, 1 as case from x;
end; create function begin() returns int language sql as 'select 1'; select 1";
    let found = texts(script);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].ends_with("\nend"));
}

#[test]
fn plain_strings_follow_the_setting() {
    let script = r"set standard_conforming_strings = off; select '\';'; set standard_conforming_strings to 'on'; select '\'; select 2";
    let found = texts(script);
    assert_eq!(found.len(), 5, "{found:#?}");
    assert_eq!(split(r"select '\';'", false).unwrap().len(), 1);
}

#[test]
fn copy_data_is_taken_as_it_stands() {
    let script = "\\restrict k'ey\nCOPY public.t (a, b) FROM stdin; -- rows\n1\t;\n'\\.x\n\\.\nselect 1;\ncopy t from stdin with (format csv);\n\\.\n\\unrestrict k'ey\n";
    let found = split(script, true).unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].data, Some("1\t;\n'\\.x\n"));
    assert_eq!(found[1].data, None);
    assert_eq!(found[2].data, Some(""));
    assert_eq!(found[2].place, Place { line: 7, column: 1 });
}

#[test]
fn places_count_lines_and_characters() {
    let script = "\u{feff}-- é\n  select 'é'; select\n2;";
    let found = split(script, true).unwrap();
    assert_eq!(found[0].place, Place { line: 2, column: 3 });
    assert_eq!(
        found[1].place,
        Place {
            line: 2,
            column: 15
        }
    );
    assert_eq!(&script[found[1].offset..], "select\n2;");
}

#[test]
fn what_cannot_be_split_is_refused_with_its_line() {
    let end = |what| Refusal::Unterminated { what };
    assert_eq!(refused("select 1;\n\nselect 'a"), (3, end("string")));
    assert_eq!(refused("/* /* */ "), (1, end("comment")));
    assert_eq!(refused("\n$a$ $A$"), (2, end("dollar-quoted string")));
    assert_eq!(refused("\"a\"\""), (1, end("quoted identifier")));
    assert_eq!(refused("copy t from stdin;\n1\n"), (1, end("COPY data")));
    assert_eq!(
        refused("select 1\n\\gexec\n"),
        (
            2,
            Refusal::Backslash {
                command: "\\gexec".into()
            }
        )
    );
    assert_eq!(
        refused("\\restrictive\n").1,
        Refusal::Backslash {
            command: "\\restrictive".into()
        }
    );
    assert_eq!(
        refused("copy t from stdin; select 1;\n\\.\n"),
        (1, Refusal::BehindCopy)
    );
}

mod joined {
    use proptest::prelude::*;

    use super::texts;

    /// Statements that hold everything that could be taken for an end.
    fn statement() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("select"),
            Just("';'"),
            Just("''''"),
            Just("E'\\';'"),
            Just("$$;$$"),
            Just("$a$;$$;$a$"),
            Just("\";\""),
            Just("/*;/*;*/;*/"),
            Just("--;\n"),
            Just("(;)"),
            Just("a$$"),
            Just("$1"),
            Just("- /"),
            Just("end"),
            Just("begin"),
            Just("U&'\\'"),
            Just("1e5"),
            Just("é"),
            Just("\n"),
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| format!("x {} x", parts.join(" ")))
    }

    proptest! {
        #[test]
        fn statements_joined_by_semicolons_come_apart_again(
            statements in prop::collection::vec(statement(), 0..6)
        ) {
            let dressed: Vec<String> = statements.iter().map(|text| format!(" /*;*/ {text} ;--;\n")).collect();
            let script = dressed.concat();
            prop_assert_eq!(texts(&script), statements);
        }
    }
}
