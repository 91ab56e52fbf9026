//! What is said of what is not there, and what describing does not do.

use runner::pg::Session;
use runner::repl::describe;

use super::{older, ours, run};
use crate::direct;
use crate::support::{Database, dev};

/// The message for a command that finds nothing, or is not understood.
async fn message(session: &Session, command: &str) -> String {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    let error = describe::run(session, name, rest).await.unwrap_err();
    error.to_string()
}

#[test]
fn what_is_not_found_is_said_with_what_was_meant() {
    let database = older();
    let other = "`nowhere.public.base` names another database than the one you are in";
    let choices = "there is more than one function `add`; say which: `add(integer,integer,integer[])`, `add(text)`";
    let cases = [
        (
            "d parnet",
            "did not find any relations named `parnet`, did you mean `parent`",
        ),
        (
            "d+ unloged",
            "did not find any relations named `unloged`, did you mean `audit.unlogged`",
        ),
        ("dt seen", "did not find any tables named `seen`"),
        (
            "dn \"AUDIT\"",
            "did not find any schemas named `\"AUDIT\"`, did you mean `audit`",
        ),
        ("d tab*le", "did not find any relations named `tab*le`"),
        (
            "df add bool",
            "did not find any functions named `add bool`, did you mean `add`",
        ),
        (
            "dp parnet",
            "did not find any relations named `parnet`, did you mean `parent`",
        ),
        (
            "des nowhere",
            "did not find any foreign servers named `nowhere`",
        ),
        ("dt zzz*", "did not find any tables named `zzz*`"),
        (
            "dv saen",
            "did not find any views named `saen`, did you mean `seen`",
        ),
        (
            "di parent_pkay",
            "did not find any indexes named `parent_pkay`, did you mean `parent_pkey`",
        ),
        (
            "dn audti",
            "did not find any schemas named `audti`, did you mean `audit`",
        ),
        (
            "dn upper",
            "did not find any schemas named `upper`, did you mean `\"UPPER\"`",
        ),
        (
            "df audit.nite",
            "did not find any functions named `audit.nite`, did you mean `audit.note`",
        ),
        (
            "dT audit.moood",
            "did not find any data types named `audit.moood`, did you mean `audit.mood`",
        ),
        (
            "du describe_membr",
            "did not find any roles named `describe_membr`, did you mean `describe_member`",
        ),
        (
            "dx plpqsql",
            "did not find any extensions named `plpqsql`, did you mean `plpgsql`",
        ),
        (
            "dx+ plpqsql",
            "did not find any extensions named `plpqsql`, did you mean `plpgsql`",
        ),
        (
            "l templat1",
            "did not find any databases named `templat1`, did you mean `template1`",
        ),
        (
            "sf adds",
            "did not find any functions named `adds`, did you mean `add`",
        ),
        ("sf add", choices),
        (
            "sf audit.note(int)",
            "did not find any functions named `audit.note(int)`; there is `audit.note()`",
        ),
        (
            "sf audit.total",
            "`audit.total` is an aggregate, which has no source",
        ),
        ("sf ", "`\\sf` needs the name of a function"),
        ("sv base", "`public.base` is not a view"),
        (
            "sv saen",
            "did not find any views named `saen`, did you mean `seen`",
        ),
        (
            "d a.b.c.d",
            "too many dots in `a.b.c.d`; put a name that has dots in double quotes",
        ),
        ("dt nowhere.public.base", other),
        (
            "dt base other",
            "`\\dt` takes one pattern; `other` is one more (quote a name with blanks: `\"a b\"`)",
        ),
        ("dt \"base", "a double quote is not closed in `\"base`"),
        ("dzz", "`\\dzz` describes nothing; `\\?` lists the commands"),
    ];
    run(async {
        let (session, _) = direct::open(&database).await;
        for (command, expected) in cases {
            assert_eq!(message(&session, command).await, expected, "\\{command}");
        }
    });
}

#[test]
fn an_empty_database_is_said_to_be_empty() {
    let database = Database::empty(dev());
    run(async {
        let (session, _) = direct::open(&database).await;
        for (command, expected) in [
            ("d", "Did not find any relations."),
            ("dt", "Did not find any tables."),
            ("di+", "Did not find any indexes."),
        ] {
            assert_eq!(ours(&session, command).await, expected);
        }
    });
}

/// A failed look-up is no failed statement of a transaction that is open.
#[test]
fn what_is_not_found_does_no_harm_to_an_open_transaction() {
    let database = older();
    run(async {
        let (session, _) = direct::open(&database).await;
        session
            .begin(&runner::pg::TxOptions::default())
            .await
            .unwrap();
        for command in [
            "d nope",
            "sf nope",
            "sf add",
            "sf nope(int)",
            "sv nope",
            "sf audit.total",
        ] {
            message(&session, command).await;
        }
        let base = ours(&session, "d base").await;
        assert!(base.contains("Number of child tables: 2"), "{base}");
        session.rollback().await.unwrap();
    });
}

/// Objects of a schema's owner are no part of how the catalogue is read.
#[test]
fn an_operator_of_someone_elses_is_not_used() {
    let sql = "CREATE TABLE t (a int PRIMARY KEY);
        CREATE FUNCTION trap(oid, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION trap(int2, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION trap(regclass, oid) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION trap(name, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = int, FUNCTION = trap);
        CREATE OPERATOR <> (LEFTARG = oid, RIGHTARG = int, FUNCTION = trap);
        CREATE OPERATOR = (LEFTARG = int2, RIGHTARG = int, FUNCTION = trap);
        CREATE OPERATOR > (LEFTARG = int2, RIGHTARG = int, FUNCTION = trap);
        CREATE OPERATOR <> (LEFTARG = int2, RIGHTARG = int, FUNCTION = trap);
        CREATE OPERATOR = (LEFTARG = regclass, RIGHTARG = oid, FUNCTION = trap);
        CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, FUNCTION = trap)";
    let database = Database::with(dev(), sql);
    run(async {
        let (session, _) = direct::open(&database).await;
        for command in [
            "d+ t",
            "d+ t_pkey",
            "d",
            "dt+",
            "dn+",
            "df+ trap",
            "du postgres",
            "l+ template1",
            "dT+ int4",
            "dx",
            "dx+",
        ] {
            ours(&session, command).await;
        }
    });
}
