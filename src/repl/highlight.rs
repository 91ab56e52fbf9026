//! Colours for what is being typed: keywords, strings, numbers, comments, and the bracket that belongs to the one at
//! the cursor.

use std::ops::Range;

use super::classify::{Language, classify};
use super::tokens;
use crate::pg::script::{Token, WordKind, words};

/// Longer lines are shown as they are: each key paints all of it.
const LONGEST: usize = 64 * 1024;

const KEYWORD: &str = "\x1b[1;34m";
const STRING: &str = "\x1b[32m";
const NUMBER: &str = "\x1b[36m";
const COMMENT: &str = "\x1b[2m";
const COMMAND: &str = "\x1b[35m";
const MATCHING: &str = "\x1b[1;4m";
const PLAIN: &str = "\x1b[0m";

/// A part of the text in a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    paint: &'static str,
}

/// The line with colours; nothing where it has none.
pub fn paint(line: &str, position: usize) -> Option<String> {
    if line.len() > LONGEST {
        return None;
    }
    let (mut spans, brackets) = spans(line);
    spans.extend(matching(line, position, &brackets));
    spans.sort_by_key(|span| span.start);
    if spans.is_empty() {
        return None;
    }
    let mut painted = String::with_capacity(line.len() + spans.len() * 10);
    let mut at = 0;
    for Span { start, end, paint } in spans {
        painted.push_str(&line[at..start]);
        painted.push_str(paint);
        painted.push_str(&line[start..end]);
        painted.push_str(PLAIN);
        at = end;
    }
    painted.push_str(&line[at..]);
    Some(painted)
}

/// What a part of the text looks like.
enum Look {
    Painted(&'static str),
    /// A bracket that counts as one.
    Bracket,
}

/// What is painted, and where the brackets are that count as such.
fn spans(line: &str) -> (Vec<Span>, Vec<usize>) {
    let (language, body) = classify(line);
    let begins = line.len() - body.len();
    let parts = match language {
        Language::Sql => sql(body),
        Language::Lua => lua(body),
        Language::Command => vec![command(body)],
        Language::Nothing => Vec::new(),
    };
    let mut spans: Vec<Span> = comment(line, 0..begins).into_iter().collect();
    let mut brackets = Vec::new();
    for (range, look) in parts {
        let (start, end) = (range.start + begins, range.end + begins);
        match look {
            Look::Painted(paint) => spans.push(Span { start, end, paint }),
            Look::Bracket => brackets.push(start),
        }
    }
    (spans, brackets)
}

fn command(body: &str) -> (Range<usize>, Look) {
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    (0..end, Look::Painted(COMMAND))
}

/// The comment that is all there is between two words.
fn comment(text: &str, between: Range<usize>) -> Option<Span> {
    let gap = &text[between.clone()];
    let start = between.start + gap.len() - gap.trim_start().len();
    (gap.contains("--") || gap.contains("/*")).then_some(Span {
        start,
        end: start + gap.trim().len(),
        paint: COMMENT,
    })
}

fn sql(body: &str) -> Vec<(Range<usize>, Look)> {
    let (tokens, open) = words(body);
    let look = |token: &Token| {
        let text = &body[token.start..token.end];
        let look = match token.kind {
            WordKind::Word if is_keyword(text) => Look::Painted(KEYWORD),
            WordKind::String => Look::Painted(STRING),
            WordKind::Number => Look::Painted(NUMBER),
            WordKind::Open | WordKind::Close => Look::Bracket,
            WordKind::Other if text == "[" || text == "]" => Look::Bracket,
            _ => return None,
        };
        Some((token.start..token.end, look))
    };
    let mut parts: Vec<_> = tokens.iter().filter_map(look).collect();
    let ends = tokens.iter().map(|token| token.end);
    let starts = tokens.iter().map(|token| token.start);
    let last = open.map_or(body.len(), |open| open.start);
    let gaps = std::iter::once(0).chain(ends).zip(starts.chain([last]));
    let comments = gaps.filter_map(|(start, end)| comment(body, start..end));
    parts.extend(comments.map(|span| (span.start..span.end, Look::Painted(COMMENT))));
    parts.extend(open.map(|open| {
        let paint = if open.what == "comment" {
            COMMENT
        } else {
            STRING
        };
        (open.start..body.len(), Look::Painted(paint))
    }));
    parts
}

fn lua(body: &str) -> Vec<(Range<usize>, Look)> {
    let look = |token: tokens::Token| {
        let range = token.start..token.end;
        let look = match token.kind {
            tokens::Kind::Keyword => Look::Painted(KEYWORD),
            tokens::Kind::String => Look::Painted(STRING),
            tokens::Kind::Number => Look::Painted(NUMBER),
            tokens::Kind::Comment => Look::Painted(COMMENT),
            tokens::Kind::Symbol if "()[]{}".contains(&body[range.clone()]) => Look::Bracket,
            _ => return None,
        };
        Some((range, look))
    };
    tokens::lua(body).into_iter().filter_map(look).collect()
}

/// The bracket at or before the cursor with the one that belongs to it.
fn matching(line: &str, position: usize, brackets: &[usize]) -> Vec<Span> {
    let at = |place: usize| brackets.binary_search(&place).ok();
    let Some(one) = at(position).or_else(|| at(position.checked_sub(1)?)) else {
        return Vec::new();
    };
    let is_open = |index: &usize| "([{".contains(&line[brackets[*index]..=brackets[*index]]);
    let onward: Box<dyn Iterator<Item = usize>> = if is_open(&one) {
        Box::new(one..brackets.len())
    } else {
        Box::new((0..=one).rev())
    };
    let mut depth = 0_i64;
    for other in onward {
        depth += if is_open(&other) == is_open(&one) {
            1
        } else {
            -1
        };
        if depth == 0 {
            let place = |index: usize| Span {
                start: brackets[index],
                end: brackets[index] + 1,
                paint: MATCHING,
            };
            return vec![place(one), place(other)];
        }
    }
    Vec::new()
}

/// The keywords that are painted; a name that is one, too, looks so as well.
fn is_keyword(word: &str) -> bool {
    use super::complete::keywords;
    keywords().contains(word.to_ascii_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line with letters for its colours.
    fn shown(line: &str, position: usize) -> String {
        let painted = paint(line, position).unwrap_or_else(|| line.to_owned());
        let letters = [
            (KEYWORD, "<k>"),
            (STRING, "<s>"),
            (NUMBER, "<n>"),
            (COMMENT, "<c>"),
            (COMMAND, "<b>"),
            (MATCHING, "<m>"),
            (PLAIN, "</>"),
        ];
        letters
            .iter()
            .fold(painted, |text, (code, letter)| text.replace(code, letter))
    }

    #[test]
    fn each_language_is_painted_by_its_own_words() {
        let end = usize::MAX;
        for (line, expected) in [
            ("select 'a' from t", "<k>select</> <s>'a'</> <k>from</> t"),
            ("select 1 -- x", "<k>select</> <n>1</> <c>-- x</>"),
            ("select 'it", "<k>select</> <s>'it</>"),
            ("select /* no", "<k>select</> <c>/* no</>"),
            (
                "local a = \"x\" -- y",
                "<k>local</> a = <s>\"x\"</> <c>-- y</>",
            ),
            ("\\d+ lat", "<b>\\d+</> lat"),
            ("name", "name"),
            ("-- only a comment", "<c>-- only a comment</>"),
        ] {
            assert_eq!(shown(line, end.min(line.len() + 2)), expected);
        }
    }

    #[test]
    fn the_bracket_that_belongs_to_the_one_at_the_cursor_is_marked() {
        assert_eq!(
            shown("f(a(1), ')')", 12),
            "f<m>(</>a(<n>1</>), <s>')'</><m>)</>"
        );
        assert_eq!(shown("f(a(b), c)", 3), "f(a<m>(</>b<m>)</>, c)");
        assert_eq!(shown("f((a)", 1), "f((a)");
    }

    #[test]
    fn a_line_that_is_too_long_stays_as_it_is() {
        let line = format!("select '{}'", "x".repeat(LONGEST));
        assert_eq!(paint(&line, 0), None);
    }
}
