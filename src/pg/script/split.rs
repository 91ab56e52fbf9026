//! The statements of a script, where psql would see them.

use super::lexer::{Kind, Lexer, Token, Unterminated};
use super::place::Place;
use super::refusal::{At, Refusal};

/// One statement of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Without its semicolon, and without blanks and comments around it.
    pub text: &'a str,
    /// Where it begins: bytes before it, line and column.
    pub offset: usize,
    pub place: Place,
    /// The lines behind a `COPY ... FROM stdin`, up to the `\.` and without it.
    pub data: Option<&'a str>,
}

/// Splits a script. `standard_strings` is the session's `standard_conforming_strings`.
///
/// Nothing is run before all of the script is known to be splittable: a backslash command, a string or COPY
/// block without end is an error with its place.
pub fn split(text: &str, standard_strings: bool) -> Result<Vec<Statement<'_>>, At<Refusal>> {
    let mut splitter = Splitter::new(text, standard_strings);
    let mut statements = Vec::new();
    while let Some(statement) = splitter.next()? {
        statements.push(statement);
    }
    Ok(statements)
}

/// Whether a text that begins with a statement has all of it, up to its semicolon.
pub fn is_whole(text: &str, standard_strings: bool) -> bool {
    let mut lexer = Lexer::new(text);
    lexer.standard_strings = standard_strings;
    let mut reading = Reading::default();
    while let Ok(Some(token)) = lexer.next() {
        if token.kind == Kind::Semicolon && reading.is_complete() {
            return true;
        }
        reading.take(token, text);
    }
    false
}

/// The statement that a text begins with, as far as it has been typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Its semicolon is not there yet.
    Partial,
    Whole {
        /// Without its semicolon, and without blanks and comments around it; may be empty.
        text: &'a str,
        /// What follows the semicolon, or begins with the backslash that ends it, too.
        rest: &'a str,
    },
}

/// Reads the first statement of what is being typed. A backslash outside of strings ends it as a semicolon does.
pub fn typed(text: &str, standard_strings: bool) -> Typed<'_> {
    let mut lexer = Lexer::new(text);
    lexer.standard_strings = standard_strings;
    let mut reading = Reading::default();
    let whole = |reading: &Reading, rest| {
        let start = reading.start.unwrap_or(reading.end);
        Typed::Whole {
            text: &text[start..reading.end],
            rest,
        }
    };
    while let Ok(Some(token)) = lexer.next() {
        match token.kind {
            Kind::Semicolon if reading.is_complete() => return whole(&reading, &text[token.end..]),
            Kind::Backslash => return whole(&reading, &text[token.start..]),
            _ => reading.take(token, text),
        }
    }
    Typed::Partial
}

/// What a statement that goes on waits for first: the end of a string or of a comment, `)`, `END`, or `;`.
pub fn awaited(text: &str) -> &str {
    let mut lexer = Lexer::new(text);
    let mut reading = Reading::default();
    loop {
        match lexer.next() {
            Ok(Some(token)) => reading.take(token, text),
            Ok(None) if reading.parentheses > 0 => return ")",
            Ok(None) if reading.blocks > 0 => return "END",
            Ok(None) => return ";",
            Err(open) => return end_of(&text[open.start..]),
        }
    }
}

/// What ends a comment, string or identifier that is open.
fn end_of(open: &str) -> &str {
    if open.starts_with("/*") {
        return "*/";
    }
    if let Some(tag) = open.strip_prefix('$') {
        return &open[..tag.find('$').map_or(1, |end| end + 2)];
    }
    match open.find(['\'', '"']) {
        Some(quote) => &open[quote..=quote],
        None => ";",
    }
}

struct Splitter<'a> {
    lexer: Lexer<'a>,
    /// Counts lines as the text goes by.
    place: Place,
    counted: usize,
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Reading {
    start: Option<usize>,
    end: usize,
    words: usize,
    /// The first words in upper case, as far as they decide anything.
    head: Vec<String>,
    last: String,
    parentheses: usize,
    /// Open BEGIN ATOMIC and CASE, which all end with END.
    blocks: usize,
    from_stdin: bool,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str, standard_strings: bool) -> Self {
        let mut lexer = Lexer::new(text);
        lexer.standard_strings = standard_strings;
        lexer.jump(if text.starts_with('\u{feff}') { 3 } else { 0 });
        Self {
            lexer,
            place: Place::default(),
            counted: 0,
        }
    }

    fn next(&mut self) -> Result<Option<Statement<'a>>, At<Refusal>> {
        let mut reading = Reading::default();
        loop {
            let token = self.lexer.next().map_err(|end| self.unterminated(end))?;
            let Some(token) = token else {
                return reading
                    .start
                    .map(|start| self.finish(&reading, start, self.lexer.text().len()))
                    .transpose();
            };
            match token.kind {
                Kind::Backslash => self.backslash(token.start)?,
                Kind::Semicolon if reading.is_complete() => {
                    if let Some(start) = reading.start {
                        return self.finish(&reading, start, token.end).map(Some);
                    }
                }
                _ => reading.take(token, self.lexer.text()),
            }
        }
    }

    fn finish(
        &mut self,
        reading: &Reading,
        start: usize,
        behind: usize,
    ) -> Result<Statement<'a>, At<Refusal>> {
        let text = &self.lexer.text()[start..reading.end];
        let place = self.place_of(start);
        let data = reading
            .from_stdin
            .then(|| self.copy_data(behind))
            .transpose()?;
        if let Some(standard) = sets_standard_strings(text) {
            self.lexer.standard_strings = standard;
        }
        Ok(Statement {
            text,
            offset: start,
            place,
            data,
        })
    }

    /// The lines from the next one on, up to `\.`. psql runs what stands behind the semicolon after the data;
    /// nobody means that.
    fn copy_data(&mut self, behind: usize) -> Result<&'a str, At<Refusal>> {
        let text = self.lexer.text();
        let line_end = text[behind..].find('\n').map_or(text.len(), |n| behind + n);
        let rest = &text[behind..line_end];
        if !matches!(Lexer::new(rest).next(), Ok(None)) {
            return Err(self.refuse(behind, Refusal::BehindCopy));
        }
        let start = (line_end + 1).min(text.len());
        let mut at = start;
        for line in text[start..].split_inclusive('\n') {
            if matches!(line, "\\.\n" | "\\.\r\n" | "\\." | "\\.\r") {
                self.lexer.jump(at + line.len());
                return Ok(&text[start..at]);
            }
            at += line.len();
        }
        Err(self.refuse(behind, Refusal::Unterminated { what: "COPY data" }))
    }

    /// `\restrict` and `\unrestrict`, which pg_dump writes, are passed over; nothing else of psql is.
    fn backslash(&mut self, at: usize) -> Result<(), At<Refusal>> {
        let text = self.lexer.text();
        let line_end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let command = text[at..line_end]
            .split(char::is_whitespace)
            .next()
            .unwrap_or_default();
        if !matches!(command, "\\restrict" | "\\unrestrict") {
            let command = command.to_owned();
            return Err(self.refuse(at, Refusal::Backslash { command }));
        }
        self.lexer.jump(line_end);
        Ok(())
    }

    fn unterminated(&mut self, end: Unterminated) -> At<Refusal> {
        self.refuse(end.start, Refusal::Unterminated { what: end.what })
    }

    fn refuse(&mut self, offset: usize, what: Refusal) -> At<Refusal> {
        // An earlier place than the last one asked for: a COPY statement's own.
        if offset < self.counted {
            (self.place, self.counted) = (Place::default(), 0);
        }
        At {
            place: self.place_of(offset),
            what,
        }
    }

    fn place_of(&mut self, offset: usize) -> Place {
        self.place = self.place.behind(&self.lexer.text()[self.counted..offset]);
        self.counted = offset;
        self.place
    }
}

impl Reading {
    fn is_complete(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn take(&mut self, token: Token, text: &str) {
        self.start.get_or_insert(token.start);
        self.end = token.end;
        let word = match token.kind {
            Kind::Word => text[token.start..token.end].to_ascii_uppercase(),
            Kind::Open => {
                self.parentheses += 1;
                String::new()
            }
            Kind::Close => {
                self.parentheses = self.parentheses.saturating_sub(1);
                String::new()
            }
            _ => text[token.start..].chars().take(1).collect(),
        };
        if token.kind == Kind::Word && self.parentheses == 0 {
            self.take_word(&word);
        }
        self.last = word;
    }

    fn take_word(&mut self, word: &str) {
        self.words += 1;
        if self.head.len() < 4 && self.head.len() + 1 == self.words {
            self.head.push(word.to_owned());
        }
        // Behind these two any word can be a name.
        if self.last == "AS" || self.last == "." {
            return;
        }
        match word {
            "ATOMIC" if self.last == "BEGIN" && self.is_routine() => self.blocks += 1,
            "CASE" if self.blocks > 0 => self.blocks += 1,
            "END" => self.blocks = self.blocks.saturating_sub(1),
            "STDIN" if self.last == "FROM" && self.head[0] == "COPY" => self.from_stdin = true,
            _ => {}
        }
    }

    fn is_routine(&self) -> bool {
        let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
        matches!(
            head[..],
            ["CREATE", "FUNCTION" | "PROCEDURE", ..]
                | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]
        )
    }
}

/// What a `SET standard_conforming_strings` makes of the strings behind it.
fn sets_standard_strings(text: &str) -> Option<bool> {
    let mut words = super::kind::words(text);
    if words.next()? != "SET" {
        return None;
    }
    let name = words.find(|word| word != "SESSION" && word != "LOCAL")?;
    if name != "STANDARD_CONFORMING_STRINGS" {
        return None;
    }
    let value = words.find(|word| word != "TO" && word != "=")?;
    Some(!matches!(
        value.as_str(),
        "OFF" | "FALSE" | "NO" | "0" | "F" | "N"
    ))
}

#[cfg(test)]
mod tests;
