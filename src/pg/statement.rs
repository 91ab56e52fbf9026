//! What a statement is, by its first words.

use super::script::{first_words, has_word};

/// The keyword of a statement that would begin or end a transaction (`COMMIT`, `SAVEPOINT`), if it is one.
pub fn transaction_statement(sql: &str) -> Option<String> {
    let words = first_words(sql, 2);
    let first = words.first().map(String::as_str)?;
    let second = words.get(1).map(String::as_str);
    let is_one = match first {
        "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => true,
        "START" | "PREPARE" => second == Some("TRANSACTION"),
        _ => false,
    };
    is_one.then(|| match first {
        "START" | "PREPARE" => format!("{first} TRANSACTION"),
        _ => first.to_owned(),
    })
}

/// Whether a statement that begins a transaction gives it no isolation level or other option.
pub fn begins_plainly(sql: &str) -> bool {
    let plain = ["BEGIN", "START", "TRANSACTION", "WORK"];
    let words = first_words(sql, 3);
    words.iter().all(|word| plain.contains(&word.as_str()))
}

/// Whether a statement changes data by what it begins with, or by what its WITH clause holds. A function that
/// writes is not known by its call.
pub fn writes(sql: &str) -> bool {
    const VERBS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "MERGE"];
    const OTHERS: [&str; 6] = ["TRUNCATE", "CREATE", "ALTER", "DROP", "CALL", "DO"];
    let first = first_words(sql, 1);
    match first.first().map(String::as_str) {
        Some("WITH") => VERBS.iter().any(|verb| has_word(sql, verb)),
        Some(word) => VERBS.contains(&word) || OTHERS.contains(&word),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_is_known_by_its_words() {
        for sql in [
            "insert into t values (1) returning id",
            "/* x */ WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
            "DO $$ BEGIN END $$",
        ] {
            assert!(writes(sql), "{sql}");
        }
        for sql in [
            "",
            "SELECT 'delete'",
            "WITH a AS (SELECT 'delete') TABLE a",
            "(SELECT 1)",
        ] {
            assert!(!writes(sql), "{sql}");
        }
    }

    #[test]
    fn transaction_statements_are_known_behind_comments() {
        let kind = |sql| transaction_statement(sql);
        assert_eq!(
            kind("/* a /* b */ c */ -- d\n commit"),
            Some("COMMIT".into())
        );
        assert_eq!(kind("start transaction"), Some("START TRANSACTION".into()));
        assert_eq!(
            kind("prepare transaction 'x'"),
            Some("PREPARE TRANSACTION".into())
        );
        assert_eq!(kind("prepare q as select 1"), None);
        assert_eq!(kind("select 'commit'"), None);
        assert!(begins_plainly("begin work") && begins_plainly("start transaction"));
        assert!(!begins_plainly("begin read only"));
        assert_eq!(kind(""), None);
    }
}
