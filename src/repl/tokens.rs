//! The words of Lua, as far as they go: what is typed is seldom whole.

use full_moon::LuaVersion;
use full_moon::tokenizer::{Lexer, LexerResult, TokenType};

use crate::docs::guarded;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Name,
    Keyword,
    /// Of any form, with its quotes.
    String,
    Number,
    Comment,
    /// Operators and brackets.
    Symbol,
}

/// A word by its place in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// A string or a comment that is not closed.
    pub open: bool,
}

/// All words up to the first that is none.
pub fn lua(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let Some(mut lexer) = guarded(|| Lexer::new_lazy(text, LuaVersion::lua54())) else {
        return tokens;
    };
    while let Some(result) = guarded(|| lexer.process_next()).flatten() {
        let (token, open) = match result {
            LexerResult::Ok(token) => (token, false),
            LexerResult::Recovered(token, _) => (token, true),
            LexerResult::Fatal(_) => break,
        };
        let (start, end) = (token.start_position().bytes(), token.end_position().bytes());
        let kind = match token.token_type() {
            TokenType::Eof => break,
            TokenType::Whitespace { .. } => continue,
            TokenType::Identifier { .. } => Kind::Name,
            TokenType::StringLiteral { .. } => Kind::String,
            TokenType::Number { .. } => Kind::Number,
            TokenType::Symbol { .. } => symbol(&text[start..end]),
            _ => Kind::Comment,
        };
        tokens.push(Token {
            kind,
            start,
            end,
            open: open && matches!(kind, Kind::String | Kind::Comment),
        });
    }
    tokens
}

fn symbol(text: &str) -> Kind {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Kind::Keyword
    } else {
        Kind::Symbol
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str, bool)> {
        let tokens = lua(text).into_iter();
        tokens
            .map(|token| (token.kind, &text[token.start..token.end], token.open))
            .collect()
    }

    #[test]
    fn a_backtick_which_is_no_lua_ends_the_words() {
        assert_eq!(kinds("x `y` z"), [(Kind::Name, "x", false)]);
        assert_eq!(kinds("'`' z").len(), 2);
    }

    #[test]
    fn words_are_told_apart_even_where_the_text_ends_in_the_middle() {
        assert_eq!(
            kinds("local ä = f { 1.5, \"x"),
            kinds("local ä = f { 1.5, \"x"),
        );
        assert_eq!(
            kinds("local a = f{ 1.5 } -- b"),
            [
                (Kind::Keyword, "local", false),
                (Kind::Name, "a", false),
                (Kind::Symbol, "=", false),
                (Kind::Name, "f", false),
                (Kind::Symbol, "{", false),
                (Kind::Number, "1.5", false),
                (Kind::Symbol, "}", false),
                (Kind::Comment, "-- b", false),
            ]
        );
        assert_eq!(kinds("a `b"), [(Kind::Name, "a", false)]);
        assert_eq!(kinds("'`'"), [(Kind::String, "'`'", false)]);
        assert_eq!(
            kinds("connect \"pr"),
            [(Kind::Name, "connect", false), (Kind::String, "\"pr", true)]
        );
        assert_eq!(
            kinds("'名前' .. [[a\nb"),
            [
                (Kind::String, "'名前'", false),
                (Kind::Symbol, "..", false),
                (Kind::String, "[[a\nb", true)
            ]
        );
    }
}
