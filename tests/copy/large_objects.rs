//! Large objects.

use runner::copy::Mode;

use super::*;

#[test]
fn large_objects_that_stay_behind_are_told_before_and_after() {
    let pair = Pair::new(
        "CREATE TABLE files (name text, content oid); CREATE TABLE plain (id int)",
        "INSERT INTO files VALUES ('a', lo_from_bytea(0, 'a')), ('b', lo_from_bytea(0, 'b'))",
    );
    run(async {
        for (names, told) in [
            (&["*.*"][..], true),
            (&["files"][..], true),
            (&["plain"][..], false),
        ] {
            let (from, to, heard) = pair.sessions().await;
            copy(&from, &to, Mode::Append, names).await.unwrap();
            let lines = heard.notes();
            let lines = lines.iter().filter(|line| line.contains("NOT copied: 2"));
            assert_eq!(lines.count(), if told { 2 } else { 0 }, "{names:?}");
        }
    });
}
