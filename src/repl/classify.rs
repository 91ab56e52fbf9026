//! Whether what is typed is SQL, Lua or a backslash command.
//!
//! SQL begins with one of its verbs, unless what follows the verb makes it a Lua expression: `copy.tables{...}`,
//! `table = {}`, `show(rows)`. A leading `=` makes anything Lua, a leading `;` SQL.

use super::complete::statements;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Blanks and comments.
    Nothing,
    /// `\d`, `\x`.
    Command,
    Lua,
    Sql,
}

/// What `text` begins with, and that beginning without the sign that forces it.
pub fn classify(text: &str) -> (Language, &str) {
    let body = skip_comments(text);
    let first = body.chars().next();
    match first {
        None => (Language::Nothing, ""),
        Some('\\') => (Language::Command, body),
        Some('=') => (Language::Lua, &body[1..]),
        Some(';') => match skip_comments(&body[1..]) {
            "" => (Language::Nothing, ""),
            rest => (Language::Sql, rest),
        },
        Some(_) if is_sql(body) => (Language::Sql, body),
        Some(_) => (Language::Lua, body),
    }
}

/// Whether a statement of SQL begins with the word.
fn is_verb(word: &str) -> bool {
    verbs().any(|verb| verb == word)
}

/// The words that statements begin with, in upper case.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    let words = statements().iter();
    words.map(|statement| statement.split(' ').next().unwrap_or_default())
}

fn is_sql(body: &str) -> bool {
    let end = body
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(body.len());
    let word = body[..end].to_ascii_uppercase();
    let rest = &body[end..];
    if !is_verb(&word) {
        return false;
    }
    match word.as_str() {
        "DO" => {
            let behind = rest.trim_start();
            behind.starts_with('$') || first_word(behind).eq_ignore_ascii_case("LANGUAGE")
        }
        "SELECT" if rest.trim_start().starts_with('(') => true,
        // A statement may go on with a parenthesis behind a blank, `copy (select ...) to stdout`, a call of a
        // function is written without one.
        _ => !rest.starts_with('(') && !leads_on_in_lua(rest),
    }
}

/// What stands behind a name in Lua, and behind no verb of SQL.
fn leads_on_in_lua(rest: &str) -> bool {
    rest.trim_start().starts_with(['.', '{', '=', '[', ':'])
}

pub fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}

/// Both languages know `--`; `--[[` is Lua's alone.
fn skip_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("--[[") || rest.starts_with("--[=") {
            return rest;
        } else if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) => end + 2,
                None => return rest,
            }
        } else {
            return rest;
        };
        rest = rest[end..].trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_sql_by_its_first_word_and_what_follows_it() {
        use Language::{Command, Lua, Nothing, Sql};
        for (line, language) in [
            ("", Nothing),
            ("  \n", Nothing),
            ("-- a comment", Nothing),
            (";", Nothing),
            ("\\d law", Command),
            ("  \\q", Command),
            ("select 1", Sql),
            ("SELECT(1)", Sql),
            ("select (1)", Sql),
            ("select*from t", Sql),
            ("-- why\nselect 1", Sql),
            ("/* why */ Update t set a = 1", Sql),
            ("with a as (select 1) table a", Sql),
            ("values (1), (2)", Sql),
            ("table law", Sql),
            ("copy law to stdout", Sql),
            ("copy (select 1) to stdout", Sql),
            ("explain (analyze) select 1", Sql),
            ("set work_mem = '1GB'", Sql),
            ("show work_mem", Sql),
            ("begin", Sql),
            ("end", Sql),
            ("do $$ begin end $$", Sql),
            ("do language plpgsql $$ begin end $$", Sql),
            (";load 'x'", Sql),
            ("; values{}", Sql),
            ("copy.tables { from = a }", Lua),
            ("copy . tables {}", Lua),
            ("show(rows)", Lua),
            ("show { 1 }", Lua),
            ("table = {}", Lua),
            ("table.insert(t, 1)", Lua),
            ("values[1]", Lua),
            ("values = 1", Lua),
            ("lock:close()", Lua),
            ("do print(1) end", Lua),
            ("select_ = 1", Lua),
            ("selected", Lua),
            ("load 'return 1'", Lua),
            ("1 + 1", Lua),
            ("x", Lua),
            ("=select", Lua),
            ("= table", Lua),
            ("--[[ long\ncomment ]] select 1", Lua),
            ("return 1", Lua),
            ("(select 1)", Lua),
        ] {
            assert_eq!(classify(line).0, language, "{line:?}");
        }
    }

    #[test]
    fn the_sign_that_forces_a_language_is_none_of_it() {
        assert_eq!(classify("= table").1, " table");
        assert_eq!(classify(" ; load 'x'").1, "load 'x'");
        assert_eq!(classify("-- a\n\\d x").1, "\\d x");
    }
}
