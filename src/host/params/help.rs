//! `runner FILE --help`: made from the declaration.

use super::value::Kind;
use super::{Declaration, Param};

/// What the declaration says, to print. `file` is the playbook as it was named on the command line.
pub fn usage(declaration: &Declaration, file: &str) -> String {
    let mut text = String::new();
    if !declaration.summary.is_empty() {
        text.push_str(&declaration.summary);
        text.push_str("\n\n");
    }
    text.push_str("Usage: runner ");
    text.push_str(file);
    for param in &declaration.params {
        text.push(' ');
        text.push_str(&synopsis(declaration, param));
    }
    if declaration.params.is_empty() {
        text.push_str("\n\nThe playbook takes no parameters.");
        return text;
    }
    text.push('\n');
    let rows: Vec<(String, String)> = declaration
        .params
        .iter()
        .map(|param| (head(param), remarks(param)))
        .collect();
    let width = rows.iter().map(|(head, _)| head.len()).max().unwrap_or(0);
    for (head, remarks) in rows {
        text.push_str(format!("\n  {head:width$}  {remarks}").trim_end());
    }
    text
}

fn synopsis(declaration: &Declaration, param: &Param) -> String {
    let word = if declaration.positional.as_deref() == Some(param.name.as_str()) {
        let dots = if param.kind == Kind::List { "..." } else { "" };
        format!("{}{dots}", param.name.to_uppercase())
    } else {
        head(param)
    };
    if param.required {
        word
    } else {
        format!("[{word}]")
    }
}

/// `--since TIMESTAMP`
fn head(param: &Param) -> String {
    let placeholder = match param.kind {
        Kind::Boolean => return param.flag(),
        Kind::String => "TEXT",
        Kind::Integer | Kind::Number => "N",
        Kind::List => "A,B,...",
        Kind::Timestamp => "TIMESTAMP",
        Kind::Path => "PATH",
    };
    format!("{} {placeholder}", param.flag())
}

fn remarks(param: &Param) -> String {
    let mut parts = Vec::new();
    if !param.help.is_empty() {
        parts.push(param.help.clone());
    }
    if !param.choices.is_empty() {
        let words: Vec<String> = param.choices.iter().map(ToString::to_string).collect();
        parts.push(format!("(one of {})", words.join(", ")));
    }
    if param.required {
        parts.push("(required)".to_owned());
    }
    if let Some(default) = &param.default {
        parts.push(format!("(default {default})"));
    }
    parts.join(" ")
}
