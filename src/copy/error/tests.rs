use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_hard_to_provoke_says_what_where_and_what_now() {
    for (error, text) in [
        (
            Error::Standby {
                from: "a".into(),
                to: "b".into(),
            },
            "`a` and `b` are the same database: one is a standby of the other",
        ),
        (
            Error::TargetIsStandby {
                target: "prod".into(),
            },
            "`prod` is a standby, which takes no rows but from its primary",
        ),
        (
            Error::SeveralTables {
                count: 2,
                file: "a.csv".into(),
            },
            "2 tables do not fit into `a.csv`; name one, or a folder with a `/` behind its name",
        ),
        (
            Error::Computed {
                table: "lat".into(),
                column: "n".into(),
            },
            "`lat`.`n` is computed by the server and takes no values; name the other columns in `columns`",
        ),
        (
            Error::ColumnCount {
                file: "a.csv".into(),
                given: 1,
                found: 2,
            },
            "`a.csv` has 2 columns, and `columns` names 1",
        ),
        (
            Error::NoHeader {
                file: "a.csv".into(),
            },
            "`a.csv` does not begin with a line of names; give `header = false` and `columns`",
        ),
        (
            Error::NoTemporaryImport {
                role: "app".into(),
                database: "law".into(),
            },
            "`app` may not create temporary tables in `law`, which an import of JSON lines needs; GRANT TEMPORARY ON DATABASE would allow it",
        ),
        (
            Error::StillReferenced {
                table: "lat".into(),
                target: "prod".into(),
                child: "c".into(),
                key: "k".into(),
            },
            "`lat` on `prod` cannot be emptied: `c` refers to it by `k`; use mode `append`, or empty both in a transaction of your own",
        ),
        (
            Error::NoKey {
                table: "lat".into(),
                target: "prod".into(),
            },
            "`lat` on `prod` has no key to tell its rows by (a primary key, or a unique index that is whole, immediate and over columns that are NOT NULL); use mode `append` or `replace`",
        ),
        (
            Error::KeyChanged {
                key: "k".into(),
                table: "lat".into(),
                before: "x".into(),
                after: "y".into(),
            },
            "foreign key `k` of `lat` could not be made again as it was, so its transaction was rolled back: was x, would be y",
        ),
        (
            Error::NoTemporaryTables {
                role: "app".into(),
                database: "law".into(),
                mode: "upsert",
            },
            "`app` may not create temporary tables in `law`, which mode `upsert` needs; GRANT TEMPORARY ON DATABASE would allow it",
        ),
        (
            Error::ValuesTwice {
                table: "lat".into(),
                target: "prod".into(),
                unique: "u".into(),
                rows: vec!["(1)".into()],
            },
            "`lat`: rows of the source have the same values, which are unique by `u` on `prod`:\n  (1)",
        ),
        (
            Error::Ring {
                table: "lat".into(),
                target: "prod".into(),
                unique: "u".into(),
                rows: vec!["(1)".into()],
            },
            "`lat`: rows swap values that are unique by `u` on `prod`, where nothing can make room for them (no column of it may be NULL, and keys or triggers would notice rows that are deleted and inserted again):\n  (1)\n  ALTER the constraint to be DEFERRABLE",
        ),
        (
            Error::Kept {
                table: "lat".into(),
                doomed: 2,
                deleted: 1,
            },
            "`lat`: 2 rows to delete, 1 deleted, so nothing of it was kept (a trigger or a rule of the target may keep rows)",
        ),
        (
            Error::Absent {
                table: "lat".into(),
                source_name: "dev".into(),
            },
            "`lat` is unlogged, and `dev` is a standby, which does not have its rows; copy it from the primary, or leave it out",
        ),
        (
            Error::Rule {
                table: "lat".into(),
                target: "prod".into(),
                rule: "r".into(),
                why: "it is INSTEAD",
            },
            "rule `r` of `lat` on `prod` stands in the way: it is INSTEAD",
        ),
        (
            Error::Count {
                table: "lat".into(),
                sent: 2,
                arrived: 1,
            },
            "`lat`: 2 rows sent, 1 arrived, so nothing of it was kept (a trigger, a rule or a policy of the target may add rows or keep them out)",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
