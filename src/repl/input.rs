//! What was typed, piece by piece: a statement, a chunk of Lua, a command.

use super::classify::{Language, classify};
use crate::pg::script::{Copying, Typed, copying, typed};

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
    /// Where in `text` the piece begins that `rest`, which ends it, begins with.
    pub fn offset(&self, text: &str, rest: &str) -> usize {
        let body = match self {
            Self::Sql { text, .. } | Self::Lua(text) | Self::Command(text) => text,
        };
        text.len() - rest.len() + rest.find(body.as_str()).unwrap_or(0)
    }

    /// The lines from the next one on, where the piece reads them as its data: nothing else of `behind` stands on its
    /// own line.
    pub fn data<'a>(&self, behind: &'a str) -> Option<&'a str> {
        let Self::Sql { text, .. } = self else {
            return None;
        };
        let (line, lines) = behind.split_once('\n').unwrap_or((behind, ""));
        let reads = line.trim().is_empty() && copying(text) == Some(Copying::In);
        reads.then_some(lines)
    }
}

/// What Lua wants beyond a text.
pub enum Lack {
    Nothing,
    /// With what it says.
    More(String),
}

/// What ends the data of a COPY, on a line of its own.
pub const END_OF_DATA: &str = r"\.";

/// What follows the data of a COPY, where `lines` have all of it.
fn behind_data(lines: &str) -> Option<&str> {
    let mut at = 0;
    lines.split_inclusive('\n').find_map(|line| {
        at += line.len();
        (line.trim_end_matches(['\r', '\n']) == END_OF_DATA).then(|| &lines[at..])
    })
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

    pub fn classify<'a>(&self, text: &'a str) -> (Language, &'a str) {
        match classify(text) {
            (Language::Lua, _) if self.only_sql => (Language::Sql, text),
            known => known,
        }
    }

    /// Whether Lua wants more than `text`, and then what it says; nothing where the text is wrong.
    pub fn lack(&self, text: &str) -> Option<Lack> {
        let chunk = self.lua.load(text).set_mode(mlua::chunk::ChunkMode::Text);
        match chunk.into_function() {
            Ok(_) => Some(Lack::Nothing),
            // A string in quotes does not go on in the next line.
            Err(mlua::Error::SyntaxError {
                incomplete_input: true,
                message,
            }) if !message.contains("unfinished string") => Some(Lack::More(message)),
            Err(_) => None,
        }
    }

    fn goes_on(&self, text: &str) -> bool {
        let as_expression = self.lack(&format!("return {text}"));
        let lack = as_expression.or_else(|| self.lack(text));
        matches!(lack, Some(Lack::More(_)))
    }

    /// Whether all of `text` can be done as it is.
    pub fn is_whole(&self, text: &str) -> bool {
        self.open(text).is_none()
    }

    /// The last piece of `text`, where that goes on.
    pub fn open<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        loop {
            match self.next(rest) {
                Next::Nothing => return None,
                Next::Partial => return Some(rest),
                Next::Piece(piece, behind) => match piece.data(behind) {
                    None => rest = behind,
                    Some(lines) => match behind_data(lines) {
                        Some(behind) => rest = behind,
                        // It asks for the lines that are not here.
                        None => return None,
                    },
                },
            }
        }
    }

    /// The part of `text` that is made of whole pieces.
    pub fn whole<'a>(&self, text: &'a str) -> &'a str {
        let mut rest = text;
        while let Next::Piece(_, behind) = self.next(rest) {
            rest = behind;
        }
        match self.next(rest) {
            Next::Nothing => text,
            _ => &text[..text.len() - rest.len()],
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
            Language::Lua => {
                let forced = text[..text.len() - body.len()].ends_with('=');
                match self.plain_word(body).filter(|_| !forced) {
                    Some((piece, rest)) => Next::Piece(piece, rest),
                    None => self.lines_of_lua(body),
                }
            }
        }
    }

    /// What people say who want to leave, or to be helped; a variable of that name is reached by `=quit`.
    fn plain_word<'a>(&self, body: &'a str) -> Option<(Piece, &'a str)> {
        let (line, rest) = body.split_once('\n').unwrap_or((body, ""));
        let piece = match line.trim_end().trim_end_matches(';').trim_end() {
            "exit" | "quit" => Piece::Command("q".to_owned()),
            "help" => Piece::Lua("help()".to_owned()),
            _ => return None,
        };
        (!self.only_sql).then_some((piece, rest))
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
    fn a_word_alone_leaves_or_helps() {
        for (text, piece) in [
            ("exit", Piece::Command("q".into())),
            ("quit;\n", Piece::Command("q".into())),
            ("help", Piece::Lua("help()".into())),
            ("=quit", Piece::Lua("quit".into())),
            ("quit()", Piece::Lua("quit()".into())),
        ] {
            assert_eq!(pieces(text), (vec![piece], true), "{text}");
        }
        assert_eq!(Syntax::of_sql().next("quit"), Next::Partial);
    }

    #[test]
    fn what_a_copy_reads_is_none_of_the_lines_behind_it() {
        for text in [
            "copy t from stdin;",
            "copy t from stdin;\nwhile {\n",
            "copy t from stdin;\nwhile {\n\\.\nselect 1;",
            "copy t from stdin; select 1;",
        ] {
            assert!(Syntax::new().is_whole(text), "{text}");
        }
        assert!(!Syntax::new().is_whole("copy t from stdin;\n1\n\\.\nselect 1"));
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
