//! Identifiers as pg_dump writes them.

use crate::pg::TableName;
use crate::pg::catalog::quoted_name;

/// The identifier at the start of `text`, and what stands behind it.
pub(super) fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted_name(quoted);
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

/// `schema.name` at the start of `text`, in `schema` where it has none, and what stands behind it.
pub(super) fn qualified<'a>(text: &'a str, schema: &str) -> Option<(TableName, &'a str)> {
    let (first, rest) = identifier(text)?;
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((TableName::new(schema, first), rest));
    };
    let (name, rest) = identifier(rest)?;
    Some((TableName::new(first, name), rest))
}

/// A string literal at the start of `text`, and what stands behind it.
pub(super) fn literal(text: &str) -> Option<(String, &str)> {
    let (escapes, mut rest) = match text.strip_prefix("E'") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('\'')?),
    };
    let mut value = String::new();
    loop {
        let end = rest.find(['\'', '\\'])?;
        value.push_str(&rest[..end]);
        let (special, behind) = rest[end..].split_at(1);
        // A doubled quote stands for one, as does a doubled backslash where backslashes escape.
        let doubled = behind.strip_prefix(special);
        match (special, doubled) {
            ("'", None) => return Some((value, behind)),
            ("\\", None) if escapes => return None,
            ("\\", Some(_)) if !escapes => rest = behind,
            (_, Some(behind)) => rest = behind,
            (_, None) => rest = behind,
        }
        value.push_str(special);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_pg_dump_quotes_them() {
        let name = |schema: &str, name: &str| TableName::new(schema, name);
        let cases = [
            ("public.lat (id)", name("public", "lat"), " (id)"),
            (
                "\"We.ird\".\"a \"\"b\"\"\" x",
                name("We.ird", "a \"b\""),
                " x",
            ),
            ("lat;", name("app", "lat"), ";"),
            ("public.größe_1$ ", name("public", "größe_1$"), " "),
        ];
        for (text, expected, behind) in cases {
            assert_eq!(qualified(text, "app"), Some((expected, behind)), "{text}");
        }
        assert_eq!(qualified("\"open", "app"), None);
        assert_eq!(qualified("a.", "app"), None);
    }

    #[test]
    fn literals_are_read() {
        assert_eq!(literal("'it''s', 1"), Some(("it's".to_owned(), ", 1")));
        assert_eq!(literal("'a\\b\\\\' x"), Some(("a\\b\\\\".to_owned(), " x")));
        assert_eq!(literal("E'a\\\\b' x"), Some(("a\\b".to_owned(), " x")));
        assert_eq!(literal("'open"), None);
        assert_eq!(literal("1"), None);
    }
}
