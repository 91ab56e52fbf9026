//! Lines of `ssh_config`: quotes, backslashes and comments.

/// A line taken apart.
#[derive(Debug, Default)]
pub struct Words<'a> {
    /// The keyword in lower case; empty for a blank line or a comment.
    pub key: String,
    pub values: Vec<String>,
    /// All behind the keyword as it stands.
    pub rest: &'a str,
}

pub fn words(line: &str) -> Result<Words<'_>, &'static str> {
    let line = line.trim();
    if line.starts_with('#') {
        return Ok(Words::default());
    }
    let end = line
        .find(|c: char| c.is_whitespace() || c == '=')
        .unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    let mut values = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            _ if c == '\\' && chars.peek().is_some_and(|next| escapes(*next, quote)) => {
                current.get_or_insert_default().extend(chars.next());
            }
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            None if c.is_whitespace() => values.extend(current.take()),
            None if c == '#' && current.is_none() => break,
            _ => current.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    values.extend(current);
    let key = key.to_ascii_lowercase();
    Ok(Words { key, values, rest })
}

/// Whether a backslash takes the meaning of what follows.
fn escapes(next: char, quote: Option<char>) -> bool {
    matches!(next, '"' | '\'' | '\\') || (next == ' ' && quote.is_none())
}
