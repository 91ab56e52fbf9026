//! Whether a value that stands there is of the type that an option has.

use full_moon::ast::Expression;

use super::value::Literal;
use crate::config::did_you_mean;
use crate::docs::{self, Entry, Field, Kind, Type};

/// What a table given for a type may be, where that is one thing only.
#[derive(Clone, Copy)]
pub enum Form {
    /// Of named options, no others.
    Options(&'static Entry),
    List(&'static Type),
    Map(&'static Type),
    /// It may be anything.
    Free,
}

/// The types that a type is one of, names looked up.
pub fn members(of: &'static Type) -> Vec<&'static Type> {
    let mut all = Vec::new();
    for member in of.members() {
        let alias = match member {
            Type::Class(name) => docs::lookup(name).filter(|entry| entry.kind == Kind::Alias),
            _ => None,
        };
        match alias.and_then(|entry| entry.ty.as_ref()) {
            Some(inner) => all.extend(members(inner)),
            None => all.push(member),
        }
    }
    all
}

/// What a table may be where one of `types` is wanted.
pub fn form(types: &[&'static Type]) -> Form {
    let members: Vec<_> = types.iter().flat_map(|of| members(of)).collect();
    let mut forms = members.into_iter().filter_map(|member| match member {
        Type::Class(name) => Some(match class(name) {
            Some(class) if class.exact => Form::Options(class),
            _ => Form::Free,
        }),
        Type::List(item) => Some(Form::List(item)),
        Type::Map(_, value) => Some(Form::Map(value)),
        Type::Table | Type::Any | Type::Userdata | Type::Record(_) => Some(Form::Free),
        _ => None,
    });
    match (forms.next(), forms.next()) {
        (Some(form), None) => form,
        _ => Form::Free,
    }
}

fn class(name: &str) -> Option<&'static Entry> {
    docs::lookup(name).filter(|entry| entry.kind == Kind::Class)
}

/// The option of that name.
pub fn option(class: &'static Entry, name: &str) -> Option<&'static Field> {
    let mut fields = docs::fields(class).into_iter();
    fields.find(|field| field.name == name)
}

/// Whether a class of options takes entries without a name.
pub fn takes_words(class: &'static Entry) -> bool {
    docs::fields(class)
        .iter()
        .any(|field| field.name.starts_with('['))
}

/// The names of options, for "did you mean".
pub fn names(class: &'static Entry) -> Vec<&'static str> {
    let fields = docs::fields(class).into_iter();
    fields.map(|field| field.name.as_str()).collect()
}

/// What is wrong with a value for an option; `None` where nothing is, or nothing can be told.
pub fn problem(name: &str, of: &'static Type, value: &Expression) -> Option<String> {
    let literal = Literal::of(value);
    let members = members(of);
    if members.iter().any(|member| accepts(member, &literal)) {
        return None;
    }
    let words = of.literals();
    let wanted: Vec<String> = members.iter().filter_map(|member| noun(member)).collect();
    let wanted = if words.len() == wanted.len() {
        format!("one of {}", wanted.join(", "))
    } else {
        wanted.join(" or ")
    };
    let got = match &literal {
        Literal::Text(Some(text)) if !words.is_empty() => {
            format!("`{text}`{}", did_you_mean(text, words.iter().copied()))
        }
        literal => literal.kind().to_owned(),
    };
    Some(format!("option `{name}` must be {wanted}, got {got}"))
}

/// Whether the primitive would take the literal; what is no literal passes.
fn accepts(of: &Type, literal: &Literal) -> bool {
    match literal {
        Literal::Other | Literal::Nil => true,
        Literal::Text(text) => match of {
            Type::Any | Type::String => true,
            Type::Literal(word) => text.as_ref().is_none_or(|text| text == word),
            // One string stands for a list of one.
            Type::List(item) => accepts(item, literal),
            _ => false,
        },
        Literal::Integer => matches!(of, Type::Any | Type::Integer | Type::Number) || is_number(of),
        Literal::Float => matches!(of, Type::Any | Type::Number) || is_number(of),
        Literal::Boolean(value) => match of {
            Type::Any | Type::Boolean => true,
            Type::Value(text) => *text == value.to_string(),
            _ => false,
        },
        Literal::Function => matches!(of, Type::Any | Type::Function | Type::Callback { .. }),
        Literal::Table => match of {
            Type::Any
            | Type::Table
            | Type::Userdata
            | Type::List(_)
            | Type::Map(..)
            | Type::Record(_) => true,
            // A value of ours is never written as a table.
            Type::Class(name) => class(name)
                .is_none_or(|class| class.exact || docs::members(&class.name).next().is_none()),
            _ => false,
        },
    }
}

fn is_number(of: &Type) -> bool {
    matches!(of, Type::Value(text) if text.parse::<f64>().is_ok())
}

fn noun(of: &Type) -> Option<String> {
    Some(match of {
        Type::Nil => return None,
        Type::Boolean => "a boolean".to_owned(),
        Type::Integer => "an integer".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Table | Type::Map(..) | Type::Record(_) => "a table".to_owned(),
        Type::Function | Type::Callback { .. } => "a function".to_owned(),
        Type::List(item) if **item == Type::String => "a list of strings".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Literal(text) | Type::Value(text) => format!("`{text}`"),
        Type::Class(name) if class(name).is_some_and(|class| class.exact) => "a table".to_owned(),
        Type::Class(name) => format!("a `{name}`"),
        Type::Any | Type::Userdata | Type::Union(_) => "another value".to_owned(),
    })
}
