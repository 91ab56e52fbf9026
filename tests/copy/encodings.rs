//! Databases in different encodings.

use runner::copy::{Mode, Unfinished};

use super::*;

const TABLES: &str = "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE plain (id int)";

fn pair(from: &str, to: &str, rows: &str) -> Pair {
    Pair {
        from: Database::encoded(dev(), from, &format!("{TABLES};\n{rows}")),
        to: Database::encoded(prod(), to, TABLES),
    }
}

/// What the target holds, as bytes.
const BYTES: &str = "SELECT id, convert_to(v, 'SQL_ASCII') FROM t ORDER BY id";

#[test]
fn text_is_converted_between_encodings_in_both_directions_and_both_formats() {
    for (from, to) in [("UTF8", "LATIN1"), ("LATIN1", "UTF8")] {
        let pair = pair(
            from,
            to,
            "INSERT INTO t VALUES (1, U&'\\00e4f'), (2, U&'\\00ffx')",
        );
        for mode in [Mode::Replace, Mode::Upsert] {
            pair.copy(mode, &["t"]).unwrap();
        }
        let here = if to == "UTF8" { "\\xc3a466" } else { "\\xe466" };
        assert!(
            pair.to.query(BYTES).starts_with(&format!("1|{here}")),
            "{}",
            pair.to.query(BYTES)
        );
    }
}

#[test]
fn what_the_target_cannot_represent_is_refused_with_its_row_and_nothing_is_half_done() {
    let rows = "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 2000) g; UPDATE t SET v = U&'costs 5 \\20ac' WHERE id = 1500";
    let pair = pair("UTF8", "LATIN1", rows);
    pair.to.query("INSERT INTO t VALUES (9999, 'old')");
    for mode in [Mode::Replace, Mode::Append, Mode::Upsert] {
        let refusal = pair.refusal(mode, &["t"]);
        let reason = "`t`.`v` of (1500) holds `costs 5 €`, which cannot be converted: `t`: character with byte sequence \
                      0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"";
        assert!(refusal.starts_with(reason), "{refusal}");
    }
}

#[test]
fn one_unit_that_cannot_be_converted_leaves_the_others_whole() {
    let pair = pair(
        "UTF8",
        "LATIN1",
        "INSERT INTO t VALUES (1, U&'\\20ac'); INSERT INTO plain VALUES (1)",
    );
    run(async {
        let (from, to, _) = pair.sessions().await;
        let mut options = options(&from, &to, Mode::Replace, &["*.*"]);
        options.work.on_error = runner::copy::OnError::Continue;
        let error = tables(&options).await.unwrap_err();
        let Error::Unfinished(unfinished) = error else {
            panic!("{error}")
        };
        let Unfinished { failed, done, .. } = *unfinished;
        assert_eq!(done, ["plain"]);
        assert!(
            failed[0].1.to_string().contains("`t`.`v` of (1) holds `€`"),
            "{}",
            failed[0].1
        );
    });
}

#[test]
fn bytes_of_no_encoding_cross_as_they_are_to_a_database_of_none_either() {
    let odd = "INSERT INTO t VALUES (1, E'\\xff\\xfe'), (2, E'\\xc3\\xa4')";
    let pair = pair("SQL_ASCII", "SQL_ASCII", odd);
    for mode in [Mode::Replace, Mode::Upsert] {
        pair.copy(mode, &["t"]).unwrap();
        assert_eq!(pair.to.query(BYTES), "1|\\xfffe\n2|\\xc3a4");
    }
}

#[test]
fn text_of_no_encoding_is_said_and_refused_where_it_is_no_utf8() {
    let pair = pair(
        "SQL_ASCII",
        "UTF8",
        "INSERT INTO t VALUES (1, E'\\xc3\\xa4'), (2, E'odd \\xff')",
    );
    let refusal = pair.refusal(Mode::Replace, &["t"]);
    assert!(
        refusal.starts_with("`t`.`v` of (2) holds `odd \\377`, which cannot be converted: "),
        "{refusal}"
    );
    pair.from.query("DELETE FROM t WHERE id = 2");
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Replace, &["t"]).await.unwrap();
        let told = heard.notes().join("\n");
        assert!(told.contains("is in SQL_ASCII, so nobody knows"), "{told}");
    });
    assert_eq!(pair.to.query(BYTES), "1|\\xc3a4");
}

#[test]
fn text_that_becomes_bytes_is_said() {
    let pair = pair(
        "LATIN1",
        "SQL_ASCII",
        "INSERT INTO t VALUES (1, U&'\\00e4')",
    );
    run(async {
        let (from, to, heard) = pair.sessions().await;
        copy(&from, &to, Mode::Replace, &["t"]).await.unwrap();
        let told = heard.notes().join("\n");
        assert!(
            told.contains("the LATIN1 of") && told.contains("arrives there as UTF8"),
            "{told}"
        );
    });
    assert_eq!(pair.to.query(BYTES), "1|\\xc3a4");
}
