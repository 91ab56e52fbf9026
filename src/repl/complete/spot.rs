//! The place in a statement where something is to be completed.

use crate::pg::script::{Token, Unterminated, WordKind, words};

/// The statement around the cursor, and the word at it.
pub struct Spot<'a> {
    pub text: &'a str,
    /// The words of the statement but for the one at the cursor and its qualifiers; `before` of them stand before it.
    pub tokens: Vec<Token>,
    pub before: usize,
    /// `a` and `b` of `a.b.c`, as the catalogue has them.
    pub qualifiers: Vec<String>,
    /// Where the word begins, its quote included.
    pub start: usize,
    /// The word up to the cursor, without its quote.
    pub prefix: String,
    pub quoted: bool,
}

impl<'a> Spot<'a> {
    /// None inside of a string or a comment.
    pub fn find(text: &'a str, position: usize) -> Option<Self> {
        let (mut tokens, open) = lexed(text, position);
        let (start, quoted) = match open {
            Some(open) if open.start < position => match &text[open.start..=open.start] {
                "\"" => (open.start, true),
                _ => return None,
            },
            _ => word_at(&tokens, position)?,
        };
        let prefix = &text[start..position];
        let prefix = if quoted { &prefix[1..] } else { prefix };
        // What stands behind the cursor is no part of the word.
        let ends = |token: &Token| token.start >= start && token.start < position.max(start + 1);
        tokens.retain(|token| !(ends(token) && is_name(token)));
        let is_comment = in_comment(text, &tokens, start);
        let mut spot = Self {
            text,
            before: tokens.iter().filter(|token| token.start < start).count(),
            tokens,
            qualifiers: Vec::new(),
            start,
            prefix: prefix.replace("\"\"", "\""),
            quoted,
        };
        spot.take_qualifiers();
        spot.only_statement();
        (!is_comment).then_some(spot)
    }

    fn take_qualifiers(&mut self) {
        while self.before >= 2 && self.symbol(self.before - 1) == Some('.') {
            let name = self.tokens[self.before - 2];
            if !is_name(&name) {
                return;
            }
            self.qualifiers.insert(0, self.name(&name));
            self.tokens.drain(self.before - 2..self.before);
            self.before -= 2;
        }
    }

    /// Keeps what is between the semicolons around the cursor.
    fn only_statement(&mut self) {
        let ends = |token: &Token| token.kind == WordKind::Semicolon;
        if let Some(end) = self.tokens[self.before..].iter().position(ends) {
            self.tokens.truncate(self.before + end);
        }
        if let Some(end) = self.tokens[..self.before].iter().rposition(ends) {
            self.tokens.drain(..=end);
            self.before -= end + 1;
        }
    }

    /// The words before the cursor.
    pub fn behind(&self) -> &[Token] {
        &self.tokens[..self.before]
    }

    pub fn text_of(&self, token: &Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// A word in capitals, nothing where there is none at this place.
    pub fn word(&self, index: usize) -> String {
        let token = self.tokens.get(index);
        let word = token.filter(|token| token.kind == WordKind::Word);
        word.map_or_else(String::new, |token| {
            self.text_of(token).to_ascii_uppercase()
        })
    }

    /// The word so many before the cursor, 1 for the last.
    pub fn last(&self, back: usize) -> String {
        let index = self.before.checked_sub(back);
        index.map_or_else(String::new, |index| self.word(index))
    }

    /// The character of a token that is one character and no word.
    pub fn symbol(&self, index: usize) -> Option<char> {
        let token = self.tokens.get(index)?;
        let is_one = !matches!(
            token.kind,
            WordKind::Word | WordKind::QuotedIdent | WordKind::String | WordKind::Number
        );
        is_one.then(|| self.text_of(token).chars().next())?
    }

    /// The parenthesis that is open at the cursor.
    pub fn open_parenthesis(&self) -> Option<usize> {
        self.opening(self.before)
    }

    /// The parenthesis that is open behind so many words.
    pub fn opening(&self, end: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..end).rev() {
            match self.symbol(index) {
                Some(')') => depth += 1,
                Some('(') if depth == 0 => return Some(index),
                Some('(') => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The place behind the parenthesis that closes the one at `open`, the end where it is not closed.
    pub fn closed(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for index in open..self.tokens.len() {
            match self.symbol(index) {
                Some('(') => depth += 1,
                Some(')') if depth == 1 => return index + 1,
                Some(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// The names that stand before the cursor in its list: in parentheses, or assigned to.
    pub fn listed(&self) -> Vec<String> {
        let open = self.open_parenthesis();
        let start = open.map_or(0, |open| open + 1);
        let of_list = |at: &usize| open.is_some() || self.symbol(at + 1) == Some('=');
        let names = (start..self.before).filter(of_list);
        names.filter_map(|at| self.name_at(at)).collect()
    }

    /// The setting that a value is typed for.
    pub fn assigned(&self) -> Option<String> {
        let is_sign = |at: &usize| self.word(*at) == "TO" || self.symbol(*at) == Some('=');
        let sign = (0..self.before).rev().find(is_sign)?;
        self.name_at(sign.checked_sub(1)?)
    }

    /// The name at a place.
    pub fn name_at(&self, index: usize) -> Option<String> {
        let token = self.tokens.get(index).filter(|token| is_name(token))?;
        Some(self.name(token))
    }

    /// The name that a token is, as the catalogue has it.
    pub fn name(&self, token: &Token) -> String {
        let text = self.text_of(token);
        match token.kind {
            WordKind::QuotedIdent => text[1..text.len() - 1].replace("\"\"", "\""),
            _ => text.to_ascii_lowercase(),
        }
    }

    /// Whether keywords are typed in capitals here.
    pub fn capitals(&self) -> bool {
        let like = if self.prefix.is_empty() {
            self.tokens.first().map_or("", |token| self.text_of(token))
        } else {
            &self.prefix
        };
        like.starts_with(|c: char| c.is_ascii_uppercase())
    }
}

/// The words around a cursor. A quote that has only just been opened does not take what stands behind the cursor.
fn lexed(text: &str, position: usize) -> (Vec<Token>, Option<Unterminated>) {
    let whole = words(text);
    if whole.1.is_none() {
        return whole;
    }
    let (mut tokens, open) = words(&text[..position]);
    let (behind, open_behind) = words(&text[position..]);
    let is_name = open.is_some_and(|open| text[open.start..].starts_with('"'));
    if !is_name || open_behind.is_some() {
        return whole;
    }
    tokens.extend(behind.into_iter().map(|token| Token {
        start: token.start + position,
        end: token.end + position,
        ..token
    }));
    (tokens, open)
}

pub fn is_name(token: &Token) -> bool {
    matches!(token.kind, WordKind::Word | WordKind::QuotedIdent)
}

/// Where the word at the cursor begins, and whether with a quote; the cursor itself where there is none.
fn word_at(tokens: &[Token], position: usize) -> Option<(usize, bool)> {
    let at = tokens
        .iter()
        .find(|token| token.start < position && position <= token.end);
    match at {
        Some(token) if token.kind == WordKind::Word => Some((token.start, false)),
        Some(token) if position == token.end && token.kind == WordKind::QuotedIdent => None,
        Some(token) if token.kind == WordKind::QuotedIdent => Some((token.start, true)),
        Some(token) if position < token.end || token.kind == WordKind::Number => None,
        _ => Some((position, false)),
    }
}

/// Whether a comment stands between the last word and the cursor, on its line.
fn in_comment(text: &str, tokens: &[Token], start: usize) -> bool {
    let last = tokens.iter().rfind(|token| token.end <= start);
    let gap = &text[last.map_or(0, |token| token.end)..start];
    let line = gap.rsplit('\n').next().unwrap_or(gap);
    line.contains("--")
}
