//! What was typed, piece by piece: a statement, a chunk of Lua, a command.

use super::classify::{Language, classify};
use crate::pg::script::{Typed, typed};

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A statement without its semicolon, and the command that ends it (`\g file`), without its backslash.
    Sql {
        text: String,
        then: Option<String>,
    },
    Lua(String),
    /// A command without its backslash.
    Command(String),
}

/// What a text begins with.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    Nothing,
    /// More has to be typed.
    Partial,
    Piece(Piece, &'a str),
}

impl Piece {
    /// How many lines of `text` stand before the piece that `rest`, which ends it, begins with.
    pub fn place(&self, text: &str, rest: &str) -> usize {
        let body = match self {
            Self::Sql { text, .. } | Self::Lua(text) | Self::Command(text) => text,
        };
        let before = text.len() - rest.len() + rest.find(body.as_str()).unwrap_or(0);
        text[..before].matches('\n').count()
    }
}

/// Tells one piece from the next, and what is whole from what goes on.
pub struct Syntax {
    lua: mlua::Lua,
    /// All that is no command is SQL, as in a file of it.
    only_sql: bool,
}

impl Syntax {
    pub fn new() -> Self {
        let bare = mlua::Lua::new_with(mlua::StdLib::NONE, mlua::LuaOptions::default());
        Self {
            lua: bare.unwrap_or_default(),
            only_sql: false,
        }
    }

    pub fn of_sql() -> Self {
        Self {
            only_sql: true,
            ..Self::new()
        }
    }

    fn classify<'a>(&self, text: &'a str) -> (Language, &'a str) {
        match classify(text) {
            (Language::Lua, _) if self.only_sql => (Language::Sql, text),
            known => known,
        }
    }

    /// Whether Lua wants more than `text`.
    fn goes_on(&self, text: &str) -> bool {
        let lacks_more = |text: &str| {
            let chunk = self.lua.load(text).set_mode(mlua::chunk::ChunkMode::Text);
            match chunk.into_function() {
                Ok(_) => Some(false),
                // A string in quotes does not go on in the next line.
                Err(mlua::Error::SyntaxError {
                    incomplete_input: true,
                    message,
                }) => (!message.contains("unfinished string")).then_some(true),
                Err(_) => None,
            }
        };
        let as_expression = lacks_more(&format!("return {text}"));
        as_expression.or_else(|| lacks_more(text)).unwrap_or(false)
    }

    /// Whether all of `text` can be done as it is.
    pub fn is_whole(&self, text: &str) -> bool {
        let mut rest = text;
        loop {
            match self.next(rest) {
                Next::Nothing => return true,
                Next::Partial => return false,
                Next::Piece(_, behind) => rest = behind,
            }
        }
    }

    /// The first piece of `text`.
    pub fn next<'a>(&self, text: &'a str) -> Next<'a> {
        let (language, body) = self.classify(text);
        match language {
            Language::Nothing => Next::Nothing,
            Language::Command => {
                let (line, rest) = body.split_once('\n').unwrap_or((body, ""));
                let command = line.trim_start_matches('\\').trim().to_owned();
                Next::Piece(Piece::Command(command), rest)
            }
            Language::Sql => match typed(body, true) {
                Typed::Partial => Next::Partial,
                Typed::Whole { text, rest } => {
                    let text = text.to_owned();
                    let Some(command) = rest.strip_prefix('\\') else {
                        return Next::Piece(Piece::Sql { text, then: None }, rest);
                    };
                    let (line, rest) = command.split_once('\n').unwrap_or((command, ""));
                    let then = Some(line.trim().to_owned());
                    Next::Piece(Piece::Sql { text, then }, rest)
                }
            },
            Language::Lua => self.lines_of_lua(body),
        }
    }

    /// What is left when no more comes: a statement without its semicolon is one all the same, and Lua says itself
    /// what it lacks.
    pub fn last(&self, text: &str) -> Option<Piece> {
        let (language, body) = self.classify(text);
        let body = body.trim().to_owned();
        match language {
            Language::Nothing => None,
            Language::Command => Some(Piece::Command(body.trim_start_matches('\\').to_owned())),
            Language::Sql => Some(Piece::Sql {
                text: body,
                then: None,
            }),
            Language::Lua => Some(Piece::Lua(body)),
        }
    }

    /// As few lines as make a whole.
    fn lines_of_lua<'a>(&self, body: &'a str) -> Next<'a> {
        let ends = body
            .match_indices('\n')
            .map(|(at, _)| at)
            .chain([body.len()]);
        for end in ends {
            if !self.goes_on(&body[..end]) {
                let rest = body[end..].trim_start_matches('\n');
                return Next::Piece(Piece::Lua(body[..end].to_owned()), rest);
            }
        }
        Next::Partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> (Vec<Piece>, bool) {
        let syntax = Syntax::new();
        let (mut pieces, mut rest) = (Vec::new(), text);
        loop {
            match syntax.next(rest) {
                Next::Nothing => return (pieces, true),
                Next::Partial => return (pieces, false),
                Next::Piece(piece, behind) => {
                    pieces.push(piece);
                    rest = behind;
                }
            }
        }
    }

    fn sql(text: &str) -> Piece {
        Piece::Sql {
            text: text.into(),
            then: None,
        }
    }

    #[test]
    fn several_things_stand_on_a_line_and_one_on_several_lines() {
        assert_eq!(
            pieces("select 1; select ';' ;\nx = 1\n\\x on\nfor i = 1, 2 do\nprint(i)\nend"),
            (
                vec![
                    sql("select 1"),
                    sql("select ';'"),
                    Piece::Lua("x = 1".into()),
                    Piece::Command("x on".into()),
                    Piece::Lua("for i = 1, 2 do\nprint(i)\nend".into()),
                ],
                true
            )
        );
        assert_eq!(
            pieces("select 1 \\g out.txt\n"),
            (
                vec![Piece::Sql {
                    text: "select 1".into(),
                    then: Some("g out.txt".into())
                }],
                true
            )
        );
    }

    #[test]
    fn what_is_not_whole_is_waited_for() {
        for text in [
            "select 1",
            "select ';",
            "do $$ begin; end;",
            "select 1; select 2",
            "select 1 /* ; ",
            "function f()",
            "x = {",
            "s = [[ one",
            "1 +",
        ] {
            assert!(!Syntax::new().is_whole(text), "{text}");
        }
        for text in ["", "x", "x = = 1", "'open", "select 1;", "\\d", "f()"] {
            assert!(Syntax::new().is_whole(text), "{text}");
        }
    }
}
