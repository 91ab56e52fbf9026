//! What was done at the prompt, as a playbook.

use std::os::unix::fs::PermissionsExt;

use super::lines::run;
use crate::support::{Database, Runner, dev};

#[test]
fn what_was_done_is_recorded_as_a_playbook_that_does_it_again() {
    let database = Database::empty(dev());
    let lines = "create table t (a int, b text);\n\
                 begin; insert into t values (1, ']]'); commit;\n\
                 begin; insert into t values (99, 'undone'); rollback;\n\
                 copy t from stdin;\n2\ttwo\n\\.\n\
                 local three = 3\n\
                 begin;\ndb:execute('insert into t values ($1, $2)', three, 'three')\ncommit;\n\
                 three\n\
                 create role of_the_record password 'geheim17';\ndrop role of_the_record;\n\
                 select a, b from t order by a;\n\\record done.lua\n";
    let runner = Runner::new().target("dev", &database);
    let ran = run(runner, &["dev"], lines, 0);
    let file = ran.project.path().join("done.lua");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let playbook = std::fs::read_to_string(&file).unwrap();
    assert!(!playbook.contains("geheim17"), "{playbook}");
    assert!(!playbook.contains("undone"), "{playbook}");
    // Of its own accord it drops a role that is not there.
    let playbook = playbook.replace("drop role", "drop role if exists");
    let another = Database::empty(dev());
    Runner::new()
        .target("another", &another)
        .playbook(&playbook)
        .args(["--target_dev", "another"])
        .success();
    assert_eq!(
        another.query("select a, b from t order by a"),
        "1|]]\n2|two\n3|three"
    );
    // What is there is not written over.
    let runner = Runner::new().target("dev", &database).file("x.lua", "kept");
    let ran = run(runner, &["dev"], "select 1;\n\\record x.lua\n", 1);
    assert_eq!(
        ran.stderr,
        "error: `x.lua` exists already: name another file, or remove that one\n  at stdin:2\n"
    );
    let nothing = run(Runner::new(), &[], "1 + 1\n\\record y.lua\n", 1);
    assert!(
        nothing
            .stderr
            .starts_with("error: there is nothing to record: "),
        "{}",
        nothing.stderr
    );
    assert!(!nothing.project.path().join("y.lua").exists());
}
