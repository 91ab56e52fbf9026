//! `host=db dbname=app password='it''s'`: libpq's other way to write an address.

use super::problem::Problem;
use super::words::Words;

/// The words of a text of `word=value` pairs. A value with spaces stands in single quotes; a
/// backslash takes the next letter as it is.
pub fn parse(text: &str) -> Result<Words, Problem> {
    let mut words = Words::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let ends = |c: char| c == '=' || c.is_ascii_whitespace();
        let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        let after = after.trim_start().strip_prefix('=').ok_or(Problem::Pairs)?;
        let (value, after) = value(after.trim_start())?;
        if word.is_empty() || !word.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            // Not shown: it may be the rest of a password with a space in it.
            return Err(Problem::Pairs);
        }
        words.set_named(word, value)?;
        rest = after.trim_start();
    }
    Ok(words)
}

/// The value at the beginning of `text`, and what is behind it.
fn value(text: &str) -> Result<(String, &str), Problem> {
    let (quoted, inside) = match text.strip_prefix('\'') {
        Some(inside) => (true, inside),
        None => (false, text),
    };
    let mut value = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next().map(|(_, next)| next)),
            '\'' if quoted => return Ok((value, &inside[at + 1..])),
            c if !quoted && c.is_ascii_whitespace() => return Ok((value, &inside[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(Problem::OpenQuote);
    }
    Ok((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_as_in_libpq() {
        for (text, host, password) in [
            ("host=db password=x", "db", "x"),
            ("  host = db\tpassword = 'a b' ", "db", "a b"),
            (r"password='it\'s \\' host=db", "db", r"it's \"),
            (r"password=a\ b\'c host='db'", "db", "a b'c"),
            ("password='' host=db", "db", ""),
            ("password='a=b'host=db", "db", "a=b"),
        ] {
            let mut words = parse(text).ok().unwrap();
            let mut take = |word| words.take(word).unwrap_or_default();
            assert_eq!(
                (take("host").as_str(), take("password").as_str()),
                (host, password)
            );
        }
    }

    #[test]
    fn what_is_no_pair_is_refused_without_being_shown() {
        for (text, problem) in [
            ("host=db password=a hunter2", Problem::Pairs),
            ("host=db password=a Hunter2=", Problem::Pairs),
            ("=x", Problem::Pairs),
            ("password='hunter2", Problem::OpenQuote),
        ] {
            assert_eq!(parse(text).err(), Some(problem), "{text}");
        }
    }
}
