//! Where on its line an error is: Lua tells lines only.
//!
//! A caret in the wrong place is worse than none, so a place is told only where no other one could be meant.

/// The column of what failed, counted from 1 in characters: the name of the primitive `call`, or what a message of Lua
/// itself names.
pub fn column(line: &str, call: Option<&str>, message: &str) -> Option<usize> {
    let code = without_texts(line);
    let (word, from) = match call {
        Some(call) => match call.split_once(':') {
            Some((_, method)) => (method, From::Field),
            None => (call, From::Nothing),
        },
        None => match named(message) {
            Some((kind, name)) => (name, kind),
            None => return near(line, message),
        },
    };
    let mut places = places(&code, word, from);
    let at = places.next()?;
    places.next().is_none().then_some(())?;
    Some(line[..at].chars().count() + 1)
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Nothing,
    Field,
}

/// What a message of Lua is about: `attempt to call a nil value (field 'tabels')`.
pub fn named(message: &str) -> Option<(From, &str)> {
    let (_, rest) = message.rsplit_once(" (")?;
    let (kind, name) = rest.strip_suffix("')")?.split_once(" '")?;
    match kind {
        "global" | "local" | "upvalue" => Some((From::Nothing, name)),
        "field" | "method" => Some((From::Field, name)),
        _ => None,
    }
}

/// The token of `unexpected symbol near '='`.
fn near(line: &str, message: &str) -> Option<usize> {
    let (_, token) = message.rsplit_once(" near '")?;
    let token = token.strip_suffix('\'')?;
    let mut found = line.match_indices(token);
    let (at, _) = found.next()?;
    found
        .next()
        .is_none()
        .then(|| line[..at].chars().count() + 1)
}

/// The byte offsets at which `word` stands as a name of its own.
pub fn places<'a>(code: &'a str, word: &'a str, from: From) -> impl Iterator<Item = usize> + 'a {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let of_field = code[..at].trim_end().ends_with(['.', ':']) && !code[..at].ends_with("..");
        let alone = !before.is_some_and(is_name) && !after.is_some_and(is_name);
        (alone && of_field == (from == From::Field)).then_some(at)
    })
}

/// The line with its quoted texts and its comment blanked out, byte for byte.
pub fn without_texts(line: &str) -> String {
    let mut code = String::with_capacity(line.len());
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let blank = match quote {
            None if c == '-' && chars.peek() == Some(&'-') => {
                break;
            }
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                true
            }
            None => false,
            Some(open) => {
                if c == '\\'
                    && let Some(escaped) = chars.next()
                {
                    code.extend(std::iter::repeat_n(' ', escaped.len_utf8()));
                } else if c == open {
                    quote = None;
                }
                true
            }
        };
        if blank {
            code.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            code.push(c);
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primitive_is_pointed_to_where_it_stands_once() {
        for (line, call, column_) in [
            ("  copy.tables { from = dev }", "copy.tables", Some(3)),
            ("local rows = tx:query [[", "db:query", Some(17)),
            ("pcall(tx.query, tx, 'query')", "db:query", Some(10)),
            ("connect 'dev'; connect 'prod'", "connect", None),
            (
                "x.connect(connect 'connect') -- connect",
                "connect",
                Some(11),
            ),
            ("é(); step('a', f)", "step", Some(6)),
            ("f()", "step", None),
        ] {
            assert_eq!(column(line, Some(call), "m"), column_, "{line}");
        }
    }

    #[test]
    fn what_lua_names_is_pointed_to() {
        for (line, message, column_) in [
            (
                "local x = t.x",
                "attempt to index a nil value (upvalue 't')",
                Some(11),
            ),
            (
                "copy.tabels {}",
                "attempt to call a nil value (field 'tabels')",
                Some(6),
            ),
            (
                "return a + b",
                "attempt to perform arithmetic on a nil value (local 'b')",
                Some(12),
            ),
            (
                "return b + b",
                "attempt to perform arithmetic on a nil value (local 'b')",
                None,
            ),
            (
                "return a..b",
                "attempt to concatenate a nil value (local 'b')",
                Some(11),
            ),
            ("local x = ) 2", "unexpected symbol near ')'", Some(11)),
            ("for i = 1, 2 do", "'end' expected near <eof>", None),
        ] {
            assert_eq!(column(line, None, message), column_, "{line}");
        }
    }
}
