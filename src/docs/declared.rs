//! What a playbook says of itself, read from its text: for lists and completion nothing is run.

use full_moon::ast::{
    Call, Expression, Field, FunctionArgs, FunctionCall, Prefix, Suffix, TableConstructor,
};
use full_moon::tokenizer::{StringLiteralQuoteType, TokenReference, TokenType};
use full_moon::visitors::Visitor;

use super::tree;

/// The literal parts of `playbook { ... }`; what is computed stays empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    pub summary: String,
    /// The parameter that bare words fill.
    pub positional: Option<String>,
    pub params: Vec<Param>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    /// `"string"` where nothing is said.
    pub kind: String,
    pub help: String,
    pub choices: Vec<String>,
}

/// What the playbook declares; where it has no summary the first line of its opening comment is one.
pub fn declared(text: &str) -> Declared {
    let mut search = Search::default();
    if let Some(parsed) = tree(text) {
        search.visit_ast(parsed.ast());
    }
    let mut declared = search.found.unwrap_or_default();
    if declared.summary.is_empty() {
        declared.summary = first_comment(text);
    }
    declared
}

fn first_comment(text: &str) -> String {
    let first = text.lines().find(|line| !line.starts_with("#!"));
    let comment = first.and_then(|line| line.strip_prefix("--"));
    comment.map_or_else(String::new, |rest| {
        rest.trim_start_matches('-').trim().to_owned()
    })
}

#[derive(Default)]
struct Search {
    /// The first call.
    found: Option<Declared>,
}

impl Visitor for Search {
    fn visit_function_call(&mut self, call: &FunctionCall) {
        let named =
            matches!(call.prefix(), Prefix::Name(name) if name.token().to_string() == "playbook");
        if let (true, None, Some(table)) = (named, &self.found, argument(call)) {
            self.found = Some(read(table));
        }
    }
}

/// The table that a call is given.
fn argument(call: &FunctionCall) -> Option<&TableConstructor> {
    let Suffix::Call(Call::AnonymousCall(arguments)) = call.suffixes().next()? else {
        return None;
    };
    match &**arguments {
        FunctionArgs::TableConstructor(table) => Some(table),
        FunctionArgs::Parentheses { arguments, .. } => table(arguments.iter().next()?),
        _ => None,
    }
}

fn read(declaration: &TableConstructor) -> Declared {
    let params = entry(declaration, "params").and_then(table);
    let params = params
        .map(|params| entries(params).filter_map(|(name, value)| Some(param(name, table(value)?))));
    Declared {
        summary: word(declaration, "summary").unwrap_or_default(),
        positional: word(declaration, "positional"),
        params: params.map(Iterator::collect).unwrap_or_default(),
    }
}

fn param(name: String, param: &TableConstructor) -> Param {
    let choices = entry(param, "choices").and_then(table);
    let choices = choices.map(|choices| {
        let items = choices.fields().iter().filter_map(|field| match field {
            Field::NoKey(value) => literal(value),
            _ => None,
        });
        items.collect()
    });
    Param {
        name,
        kind: word(param, "type").unwrap_or_else(|| "string".to_owned()),
        help: word(param, "help").unwrap_or_default(),
        choices: choices.unwrap_or_default(),
    }
}

/// `name = value` and `["name"] = value`
fn entries(table: &TableConstructor) -> impl Iterator<Item = (String, &Expression)> {
    table.fields().iter().filter_map(|field| match field {
        Field::NameKey { key, value, .. } => Some((key.token().to_string(), &**value)),
        Field::ExpressionKey { key, value, .. } => Some((literal(key)?, &**value)),
        _ => None,
    })
}

fn entry<'a>(table: &'a TableConstructor, name: &str) -> Option<&'a Expression> {
    entries(table)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

fn word(table: &TableConstructor, name: &str) -> Option<String> {
    entry(table, name).and_then(literal)
}

fn table(value: &Expression) -> Option<&TableConstructor> {
    match value {
        Expression::TableConstructor(table) => Some(table),
        _ => None,
    }
}

/// A string or a number as it is written.
fn literal(value: &Expression) -> Option<String> {
    match value {
        Expression::String(token) => string(token),
        Expression::Number(token) => Some(token.token().to_string()),
        _ => None,
    }
}

fn string(token: &TokenReference) -> Option<String> {
    match token.token_type() {
        TokenType::StringLiteral {
            literal,
            quote_type: StringLiteralQuoteType::Brackets,
            ..
        } => Some(literal.trim_start_matches('\n').to_owned()),
        TokenType::StringLiteral { literal, .. } => Some(unescaped(literal)),
        _ => None,
    }
}

/// The escapes that texts have; the others stay as they are written.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(itself @ ('\\' | '"' | '\'')) => out.push(itself),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_parts_of_a_declaration_are_read() {
        let text = "#!/usr/bin/env runner\n\
            -- A first line\n\
            local args = playbook {\n\
              summary = \"Says \\\"hello\\\"\",\n\
              positional = 'tables',\n\
              params = {\n\
                tables = { type = \"list\", help = [[which]], choices = { 'a', 2 } },\n\
                ['since'] = { type = \"timestamp\", default = os.date() },\n\
                plain = {},\n\
              },\n\
            }\n";
        let found = declared(text);
        assert_eq!(found.summary, "Says \"hello\"");
        assert_eq!(found.positional.as_deref(), Some("tables"));
        let param = |name: &str, kind: &str| Param {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ..Param::default()
        };
        let tables = Param {
            help: "which".to_owned(),
            choices: vec!["a".to_owned(), "2".to_owned()],
            ..param("tables", "list")
        };
        assert_eq!(
            found.params,
            [
                tables,
                param("since", "timestamp"),
                param("plain", "string")
            ]
        );
    }

    #[test]
    fn a_summary_that_is_not_written_out_is_the_first_comment() {
        for text in [
            "--- The comment\nprint 'x'",
            "-- The comment\nplaybook({ summary = 'a' .. b })",
            "#!/usr/bin/env runner\n-- The comment\nlocal broken = = 1",
        ] {
            assert_eq!(declared(text).summary, "The comment", "{text}");
        }
        assert_eq!(declared("print 'x'"), Declared::default());
        assert_eq!(
            declared("-- c\nplaybook({ summary = 'said' })").summary,
            "said"
        );
    }
}
