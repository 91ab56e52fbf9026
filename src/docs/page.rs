//! Help as it is shown: one page for `runner help` and for `help` in Lua, rendered by `ui`.

use serde_json::{Value, json};

use super::{Entry, Field, Kind, Type, entries, fields, members, options, options_classes};

/// A text with headings, and the same as a document for `--json`.
#[derive(Debug, Clone)]
pub struct Page {
    pub blocks: Vec<Block>,
    pub document: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// What the page is about.
    Title(String),
    Heading(String),
    /// Paragraphs, as [`Entry::text`] has them.
    Text(String),
    Items(Vec<Item>),
    /// Lines of Lua.
    Code(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    pub head: String,
    /// Beside the head: a type, a default.
    pub note: String,
    pub text: String,
}

impl Item {
    pub fn new(head: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            note: String::new(),
            text: text.into(),
        }
    }
}

/// All about one entry.
pub fn page(entry: &Entry) -> Page {
    let mut blocks = vec![Block::Title(entry.signature())];
    if !entry.text.is_empty() {
        blocks.push(Block::Text(entry.text.clone()));
    }
    let mut items = |heading: &str, items: Vec<Item>| {
        if !items.is_empty() {
            blocks.push(Block::Heading(heading.to_owned()));
            blocks.push(Block::Items(items));
        }
    };
    items("Functions", summaries(&entry.name));
    let (own, options) = arguments(entry);
    items(
        "Arguments",
        own.iter().map(|field| of_field(field)).collect(),
    );
    items("Options", options.into_iter().map(of_field).collect());
    let heading = if entry.exact { "Options" } else { "Fields" };
    items(heading, fields(entry).into_iter().map(of_field).collect());
    items("Also called as", calls(entry));
    items("Returns", entry.returns.iter().map(of_return).collect());
    items(
        "Raises",
        entry
            .errors
            .iter()
            .map(|error| Item::new("-", error))
            .collect(),
    );
    if let Some(example) = &entry.example {
        blocks.push(Block::Heading("Example".to_owned()));
        blocks.push(Block::Code(example.clone()));
    }
    Page {
        blocks,
        document: document(entry),
    }
}

/// Everything that Lua programs may call, in groups.
pub fn overview() -> Page {
    let mut blocks = Vec::new();
    let mut group = |heading: String, items: Vec<Item>| {
        if !items.is_empty() {
            blocks.push(Block::Heading(heading));
            blocks.push(Block::Items(items));
        }
    };
    let alone = |entry: &&Entry| {
        matches!(entry.kind, Kind::Function | Kind::Value) && entry.owner().is_none()
    };
    let words = entries().iter().filter(alone).map(summary).collect();
    group("Words of a playbook".to_owned(), words);
    let owners = entries().iter().filter(|entry| {
        matches!(entry.kind, Kind::Module | Kind::Class | Kind::Required) && entry.is_called()
    });
    let mut documents: Vec<Value> = entries().iter().filter(alone).map(brief).collect();
    for owner in owners {
        let heading = match owner.kind {
            Kind::Required => owner.signature(),
            _ => owner.name.clone(),
        };
        group(
            format!("{heading}: {}", lower(&owner.summary)),
            summaries(&owner.name),
        );
        documents.extend(members(&owner.name).map(brief));
    }
    Page {
        blocks,
        document: Value::Array(documents),
    }
}

fn summaries(owner: &str) -> Vec<Item> {
    members(owner).map(summary).collect()
}

fn summary(entry: &Entry) -> Item {
    Item::new(&entry.name, &entry.summary)
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The parameters that are told one by one, and the options.
fn arguments(entry: &Entry) -> (Vec<&Field>, Vec<&'static Field>) {
    if entry.exact {
        return (Vec::new(), Vec::new());
    }
    let is_options = |param: &&Field| !options_classes(param).is_empty();
    let only_options =
        entry.params.len() == 1 && entry.params.iter().all(|param| is_options(&param));
    let own = entry.params.iter().filter(|_| !only_options);
    (own.collect(), options(&entry.name).unwrap_or_default())
}

fn calls(entry: &Entry) -> Vec<Item> {
    // A table that can be called has its one call in the title.
    let skipped = usize::from(entry.kind == Kind::Module);
    let calls = entry.overloads.iter().skip(skipped);
    calls
        .map(|call| Item::new(called(call, &entry.name), ""))
        .collect()
}

/// `fun(self: Db, fn: fun())` as it is written: `Db:transaction(fn)`.
fn called(call: &Type, name: &str) -> String {
    match call {
        Type::Callback { params, .. } => {
            let names = params
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| *name != "self");
            format!("{name}({})", names.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn of_field(field: &Field) -> Item {
    let absent = match (&field.default, field.optional) {
        (Some(default), _) => format!(" (default {default})"),
        (None, true) => " (optional)".to_owned(),
        (None, false) => String::new(),
    };
    Item {
        head: field.name.clone(),
        note: format!("{}{absent}", field.ty),
        text: field.help.clone(),
    }
}

fn of_return(returned: &super::Return) -> Item {
    let name = if returned.name == "..." {
        ""
    } else {
        &returned.name
    };
    Item {
        head: if name.is_empty() {
            "values".to_owned()
        } else {
            name.to_owned()
        },
        note: returned.ty.to_string(),
        text: returned.help.clone(),
    }
}

fn brief(entry: &Entry) -> Value {
    json!({ "name": entry.name, "signature": entry.signature(), "summary": entry.summary })
}

fn document(entry: &Entry) -> Value {
    let (own, options) = arguments(entry);
    json!({
        "name": entry.name,
        "signature": entry.signature(),
        "summary": entry.summary,
        "text": entry.text,
        "functions": members(&entry.name).map(brief).collect::<Vec<_>>(),
        "arguments": own.into_iter().map(field_document).collect::<Vec<_>>(),
        "options": options.into_iter().map(field_document).collect::<Vec<_>>(),
        "fields": fields(entry).into_iter().map(field_document).collect::<Vec<_>>(),
        "returns": entry.returns.iter().map(|it| {
            json!({ "name": it.name, "type": it.ty.to_string(), "help": it.help })
        }).collect::<Vec<_>>(),
        "errors": entry.errors,
        "example": entry.example,
    })
}

fn field_document(field: &Field) -> Value {
    json!({
        "name": field.name,
        "type": field.ty.to_string(),
        "optional": field.optional,
        "default": field.default,
        "help": field.help,
    })
}
