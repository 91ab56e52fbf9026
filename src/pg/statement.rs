//! What a statement is, by its first words.

use super::script::first_words;

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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(kind(""), None);
    }
}
