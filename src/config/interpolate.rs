//! `${NAME}`, `${NAME:-default}` and `$$` in the texts of `runner.toml`.

#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    /// A `${` without a name, or without its `}`.
    Malformed,
    Missing(String),
}

/// `text` with its variables replaced by what `lookup` gives. As in a shell, `:-` stands in for an
/// empty value too. A `$` before anything but `{` and `$` is itself.
pub fn interpolate(
    text: &str,
    mut lookup: impl FnMut(&str) -> Option<String>,
) -> Result<String, Problem> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = if let Some(inside) = after.strip_prefix('{') {
            let (inside, after) = inside.split_once('}').ok_or(Problem::Malformed)?;
            out.push_str(&variable(inside, &mut lookup)?);
            after
        } else {
            out.push('$');
            after.strip_prefix('$').unwrap_or(after)
        };
    }
    out.push_str(rest);
    Ok(out)
}

fn variable(
    inside: &str,
    lookup: &mut impl FnMut(&str) -> Option<String>,
) -> Result<String, Problem> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty()
        || !name.chars().all(letters)
        || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(Problem::Malformed);
    }
    match (lookup(name), default) {
        (Some(value), Some(default)) if value.is_empty() => Ok(default.to_owned()),
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Problem::Missing(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str) -> Result<String, Problem> {
        interpolate(text, |name| match name {
            "HOST" => Some("db.example".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn variables_defaults_and_the_escape() {
        for (text, value) in [
            ("x ${HOST}:${PORT:-5432}/y", "x db.example:5432/y"),
            (
                "${EMPTY}|${EMPTY:-d}|${HOST:-d}|${NONE:-}",
                "|d|db.example|",
            ),
            ("$${HOST} costs $5 or $$", "${HOST} costs $5 or $"),
        ] {
            assert_eq!(apply(text).as_deref(), Ok(value));
        }
    }

    #[test]
    fn what_is_missing_or_malformed_is_told() {
        assert_eq!(apply("${NONE}"), Err(Problem::Missing("NONE".to_owned())));
        for text in ["${HOST", "${}", "${A B}", "${1A}", "${A-b}"] {
            assert_eq!(apply(text), Err(Problem::Malformed), "{text}");
        }
    }
}
