//! What a statement is, by its first words.

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

/// Up to `count` leading words in upper case, comments skipped.
pub(super) fn first_words(sql: &str, count: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = skip_blank(sql);
    while words.len() < count {
        let end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        words.push(rest[..end].to_ascii_uppercase());
        rest = skip_blank(&rest[end..]);
    }
    words
}

/// `sql` behind its leading blanks, comments, semicolons and opening parentheses.
fn skip_blank(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
        if let Some(rest) = sql.strip_prefix("--") {
            sql = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(rest) = sql.strip_prefix("/*") {
            sql = behind_comment(rest);
        } else {
            return sql;
        }
    }
}

/// Block comments nest.
fn behind_comment(sql: &str) -> &str {
    let mut depth = 1;
    let bytes = sql.as_bytes();
    let mut index = 0;
    while index + 1 < bytes.len() {
        match &bytes[index..index + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                index += 1;
                continue;
            }
        }
        index += 2;
        if depth == 0 {
            return &sql[index..];
        }
    }
    ""
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
