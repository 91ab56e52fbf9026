//! The words of SQL text, as far as is needed to know where a statement ends.
//!
//! It follows the server's own scanner: nested comments, `E''` with its continuation lines (which psql, reading
//! line by line, gets wrong), dollar quotes, `U&`, `B` and `X` strings. It knows no grammar.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an unquoted identifier.
    Word,
    QuotedIdent,
    /// A string of any form, with its quotes.
    String,
    Number,
    Open,
    Close,
    Semicolon,
    /// A backslash outside of strings: a command of psql.
    Backslash,
    /// One character of anything else.
    Other,
}

/// A token by its place in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// A string, identifier or comment that the text ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unterminated {
    pub what: &'static str,
    pub start: usize,
}

type Scan<T> = Result<T, Unterminated>;

#[derive(Debug, Clone)]
pub(in crate::pg) struct Lexer<'a> {
    text: &'a str,
    position: usize,
    /// `standard_conforming_strings`: where it is off, a backslash escapes in plain strings too.
    pub standard_strings: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            standard_strings: true,
        }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Goes on reading at `position`, which has to be the start of a character.
    pub fn jump(&mut self, position: usize) {
        self.position = position;
    }

    /// The next token behind blanks and comments, `None` at the end.
    pub fn next(&mut self) -> Scan<Option<Token>> {
        self.skip_blank()?;
        let start = self.position;
        let Some(first) = self.text[start..].chars().next() else {
            return Ok(None);
        };
        let kind = match first {
            '(' => self.single(Kind::Open),
            ')' => self.single(Kind::Close),
            ';' => self.single(Kind::Semicolon),
            '\\' => self.single(Kind::Backslash),
            '\'' => self.string(start, start + 1, !self.standard_strings)?,
            '"' => self.quoted_ident(start)?,
            '$' => self.dollar(start)?,
            '0'..='9' => {
                self.position =
                    self.end_of(start, |c| c.is_ascii_alphanumeric() || "_.".contains(c));
                Kind::Number
            }
            c if is_ident_start(c) => self.word(start)?,
            c => {
                self.position += c.len_utf8();
                Kind::Other
            }
        };
        Ok(Some(Token {
            kind,
            start,
            end: self.position,
        }))
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.position += 1;
        kind
    }

    fn end_of(&self, start: usize, belongs: impl Fn(char) -> bool) -> usize {
        self.text[start..]
            .find(|c| !belongs(c))
            .map_or(self.text.len(), |length| start + length)
    }

    fn skip_blank(&mut self) -> Scan<()> {
        loop {
            self.position = self.end_of(self.position, is_space);
            let rest = &self.text[self.position..];
            if rest.starts_with("--") {
                self.position = self.end_of(self.position, |c| c != '\n' && c != '\r');
            } else if rest.starts_with("/*") {
                self.skip_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Block comments nest.
    fn skip_comment(&mut self) -> Scan<()> {
        let (start, bytes) = (self.position, self.text.as_bytes());
        let (mut at, mut depth) = (start, 0_usize);
        while let Some(pair) = bytes.get(at..at + 2) {
            at += match pair {
                b"/*" => {
                    depth += 1;
                    2
                }
                b"*/" => {
                    depth -= 1;
                    2
                }
                _ => 1,
            };
            if depth == 0 {
                self.position = at;
                return Ok(());
            }
        }
        Err(Unterminated {
            what: "comment",
            start,
        })
    }

    /// A word, or a string whose prefix it is.
    fn word(&mut self, start: usize) -> Scan<Kind> {
        let end = self.end_of(start, is_ident);
        let (word, rest) = (&self.text[start..end], &self.text[end..]);
        let is = |prefix: &str| word.eq_ignore_ascii_case(prefix);
        if rest.starts_with('\'') && (is("e") || is("b") || is("x")) {
            return self.string(start, end + 1, is("e"));
        }
        if rest.starts_with("&'") && is("u") {
            return self.string(start, end + 2, false);
        }
        self.position = end;
        Ok(Kind::Word)
    }

    /// A string whose first character is at `inside`. A literal that a line break separates from the next one
    /// goes on there, by the same rules.
    fn string(&mut self, start: usize, inside: usize, escapes: bool) -> Scan<Kind> {
        let bytes = self.text.as_bytes();
        let mut at = inside;
        loop {
            match bytes.get(at) {
                None => {
                    return Err(Unterminated {
                        what: "string",
                        start,
                    });
                }
                Some(b'\\') if escapes => at += 2,
                Some(b'\'') if bytes.get(at + 1) == Some(&b'\'') => at += 2,
                Some(b'\'') => {
                    let Some(next) = self.continuation(at + 1) else {
                        self.position = at + 1;
                        return Ok(Kind::String);
                    };
                    at = next;
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Where the literal that ended before `at` goes on, behind a line break and the quote after it.
    fn continuation(&self, at: usize) -> Option<usize> {
        let mut ahead = Lexer {
            position: at,
            ..self.clone()
        };
        loop {
            ahead.position = ahead.end_of(ahead.position, is_space);
            if !self.text[ahead.position..].starts_with("--") {
                break;
            }
            ahead.position = ahead.end_of(ahead.position, |c| c != '\n' && c != '\r');
        }
        let between = &self.text[at..ahead.position];
        (between.contains(['\n', '\r']) && self.text[ahead.position..].starts_with('\''))
            .then_some(ahead.position + 1)
    }

    fn quoted_ident(&mut self, start: usize) -> Scan<Kind> {
        let mut at = start + 1;
        while let Some(length) = self.text[at..].find('"') {
            at += length + 1;
            if !self.text[at..].starts_with('"') {
                self.position = at;
                return Ok(Kind::QuotedIdent);
            }
            at += 1;
        }
        Err(Unterminated {
            what: "quoted identifier",
            start,
        })
    }

    /// A dollar-quoted string, a parameter, or just a dollar.
    fn dollar(&mut self, start: usize) -> Scan<Kind> {
        let tag = self.end_of(start + 1, |c| is_ident(c) && c != '$');
        let starts_well = !self.text[start + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !starts_well || !self.text[tag..].starts_with('$') {
            self.position = start + 1;
            return Ok(Kind::Other);
        }
        let quote = &self.text[start..=tag];
        let body = tag + 1;
        match self.text[body..].find(quote) {
            Some(length) => {
                self.position = body + length + quote.len();
                Ok(Kind::String)
            }
            None => Err(Unterminated {
                what: "dollar-quoted string",
                start,
            }),
        }
    }
}

/// All words of a text, and the string, identifier or comment that it ends in.
pub(crate) fn words(text: &str) -> (Vec<Token>, Option<Unterminated>) {
    let mut lexer = Lexer::new(text);
    let mut words = Vec::new();
    loop {
        match lexer.next() {
            Ok(Some(token)) => words.push(token),
            Ok(None) => return (words, None),
            Err(open) => return (words, Some(open)),
        }
    }
}

fn is_ident_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_ident(c: char) -> bool {
    is_ident_start(c) || c.is_ascii_digit() || c == '$'
}

/// What the server's scanner takes for blank; the vertical tab is not among it before PostgreSQL 16.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c' | '\x0b')
}
