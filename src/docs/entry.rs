//! One declared thing.

use super::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `connect`, `copy.tables`
    Function,
    /// `Db:query`
    Method,
    /// A global table with functions: `copy`.
    Module,
    /// A module that has to be required: `promote`.
    Required,
    /// A global that is neither: `null`.
    Value,
    Class,
    Alias,
}

#[derive(Debug, Clone)]
pub struct Entry {
    /// `copy.tables`, `Db:query`, `connect`
    pub name: String,
    pub kind: Kind,
    /// The first sentence.
    pub summary: String,
    /// All that is said, the summary first: paragraphs without line breaks, apart by an empty line. What is indented
    /// by four spaces is code.
    pub text: String,
    pub params: Vec<Field>,
    /// Other ways to call it; each a [`Type::Callback`].
    pub overloads: Vec<Type>,
    pub returns: Vec<Return>,
    /// What it raises, one situation each.
    pub errors: Vec<String>,
    /// Lua that shows it at work.
    pub example: Option<String>,
    /// Of a class.
    pub fields: Vec<Field>,
    /// The classes whose fields a class has, too.
    pub parents: Vec<String>,
    /// A class whose fields are all there can be: options.
    pub exact: bool,
    /// What an alias stands for.
    pub ty: Option<Type>,
    /// The global whose file declares it, or the module.
    pub global: String,
    /// `stdlib/meta/copy.lua`
    pub file: String,
    pub line: usize,
}

/// A parameter of a function, or a field of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    /// What it is where it is absent, as the text has it: `"append"`, or words.
    pub default: Option<String>,
    pub help: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    pub ty: Type,
    pub name: String,
    pub help: String,
}

/// A line of a declaration that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Entry {
    /// Whether it is something that a playbook names, not a type of the declarations alone.
    pub fn is_called(&self) -> bool {
        match self.kind {
            Kind::Alias => false,
            Kind::Class => super::members(&self.name).next().is_some(),
            _ => true,
        }
    }

    /// The module or the class it is part of.
    pub fn owner(&self) -> Option<&str> {
        match self.kind {
            Kind::Function | Kind::Method => {
                self.name.rsplit_once(['.', ':']).map(|(owner, _)| owner)
            }
            _ => None,
        }
    }

    /// How it is called: `copy.tables { from =, to =, ... } -> copy.Report`, `connect(target, [options]) -> Db`.
    pub fn signature(&self) -> String {
        let returns: Vec<String> = self.returns.iter().map(Return::shown).collect();
        let arrow = if returns.is_empty() { "" } else { " -> " };
        match self.kind {
            Kind::Function | Kind::Method => {
                format!(
                    "{}{}{arrow}{}",
                    self.name,
                    self.arguments(),
                    returns.join(", ")
                )
            }
            Kind::Required => format!("require \"{}\"", self.name),
            // A table that can be called as well, or nothing that is.
            _ => match self.overloads.first() {
                Some(call) => call.to_string().replacen("fun", &self.name, 1),
                None => self.name.clone(),
            },
        }
    }

    fn arguments(&self) -> String {
        if let [only] = self.params.as_slice()
            && !only.optional
            && !super::options_classes(only).is_empty()
        {
            return named_options(&self.name);
        }
        let names = self.params.iter().map(|param| {
            if param.optional && param.name != "..." {
                format!("[{}]", param.name)
            } else {
                param.name.clone()
            }
        });
        format!("({})", names.collect::<Vec<_>>().join(", "))
    }
}

/// The options that have to be given, and whether there are others.
fn named_options(function: &str) -> String {
    let fields = super::options(function).unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for field in &fields {
        if field.name.starts_with('[') {
            parts.push("...".to_owned());
        } else if !field.optional {
            parts.push(format!("{} =", field.name));
        }
    }
    let words = parts.iter().any(|part| part == "...");
    if !words && fields.iter().any(|field| field.optional) {
        parts.push("...".to_owned());
    }
    format!(" {{ {} }}", parts.join(", "))
}

impl Return {
    fn shown(&self) -> String {
        self.ty.to_string()
    }
}
