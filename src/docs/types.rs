//! The types of declarations: what may stand where `TYPE` stands in `---@field name TYPE text`.

use std::fmt;

/// A type as LuaCATS writes it; printed, it is LuaCATS again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Any,
    Nil,
    Boolean,
    Integer,
    Number,
    String,
    /// Any table.
    Table,
    /// Any function.
    Function,
    Userdata,
    /// One string, without its quotes.
    Literal(String),
    /// `true`, `false`, or a number, as written.
    Value(String),
    /// `T[]`
    List(Box<Type>),
    /// `table<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `{ name: T, other?: U }`; a key that is no name stands in brackets: `[integer]`.
    Record(Vec<(String, Type, bool)>),
    /// `fun(name: T): R`; a name with `?` may be left out.
    Callback {
        params: Vec<(String, Type)>,
        returns: Option<Box<Type>>,
    },
    /// A class or an alias, by its name.
    Class(String),
    /// One of several; `T?` is one with [`Type::Nil`].
    Union(Vec<Type>),
}

impl Type {
    /// What the type is one of, with those of unions in it.
    pub fn members(&self) -> Vec<&Type> {
        match self {
            Self::Union(types) => types.iter().flat_map(Self::members).collect(),
            other => vec![other],
        }
    }

    /// The strings that may be written, where some are listed.
    pub fn literals(&self) -> Vec<&str> {
        let members = self.members().into_iter();
        let literal = |member: &'_ Self| matches!(member, Self::Literal(_));
        members
            .filter(|member| literal(member))
            .filter_map(|member| match member {
                Self::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Reads the type that `text` begins with; the rest is what follows it.
    pub(super) fn read(text: &str) -> Option<(Self, &str)> {
        let mut reader = Reader { rest: text };
        let read = reader.union()?;
        Some((read, reader.rest))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Nil => f.write_str("nil"),
            Self::Boolean => f.write_str("boolean"),
            Self::Integer => f.write_str("integer"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Table => f.write_str("table"),
            Self::Function => f.write_str("function"),
            Self::Userdata => f.write_str("userdata"),
            Self::Literal(text) => write!(f, "\"{text}\""),
            Self::Value(text) | Self::Class(text) => f.write_str(text),
            Self::List(item) if matches!(**item, Self::Union(_) | Self::Callback { .. }) => {
                write!(f, "({item})[]")
            }
            Self::List(item) => write!(f, "{item}[]"),
            Self::Map(key, value) => write!(f, "table<{key}, {value}>"),
            Self::Record(fields) => record(f, fields),
            Self::Callback { params, returns } => callback(f, params, returns.as_deref()),
            Self::Union(types) => union(f, types),
        }
    }
}

fn record(f: &mut fmt::Formatter<'_>, fields: &[(String, Type, bool)]) -> fmt::Result {
    f.write_str("{ ")?;
    for (place, (name, of, optional)) in fields.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        let mark = if *optional { "?" } else { "" };
        write!(f, "{comma}{name}{mark}: {of}")?;
    }
    f.write_str(" }")
}

fn callback(
    f: &mut fmt::Formatter<'_>,
    params: &[(String, Type)],
    returns: Option<&Type>,
) -> fmt::Result {
    f.write_str("fun(")?;
    for (place, (name, of)) in params.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        match (name.as_str(), of) {
            ("...", Type::Any) => write!(f, "{comma}...")?,
            _ => write!(f, "{comma}{name}: {of}")?,
        }
    }
    f.write_str(")")?;
    match returns {
        Some(of) => write!(f, ": {of}"),
        None => Ok(()),
    }
}

fn union(f: &mut fmt::Formatter<'_>, types: &[Type]) -> fmt::Result {
    let (nil, others): (Vec<_>, Vec<_>) = types.iter().partition(|of| **of == Type::Nil);
    for (place, of) in others.iter().enumerate() {
        let bar = if place > 0 { "|" } else { "" };
        match of {
            // What follows would be read as what the function returns.
            Type::Callback { .. } if others.len() > 1 => write!(f, "{bar}({of})")?,
            of => write!(f, "{bar}{of}")?,
        }
    }
    f.write_str(match (nil.is_empty(), others.len()) {
        (true, _) => "",
        (false, 1) => "?",
        (false, _) => "|nil",
    })
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn union(&mut self) -> Option<Type> {
        let mut types = vec![self.postfix()?];
        while self.eat("|") {
            types.push(self.postfix()?);
        }
        let mut flat = Vec::new();
        for of in types {
            match of {
                Type::Union(inner) => flat.extend(inner),
                of => flat.push(of),
            }
        }
        Some(if flat.len() == 1 {
            flat.remove(0)
        } else {
            Type::Union(flat)
        })
    }

    fn postfix(&mut self) -> Option<Type> {
        let mut of = self.primary()?;
        loop {
            if self.eat("[]") {
                of = Type::List(Box::new(of));
            } else if self.eat("?") {
                of = Type::Union(vec![of, Type::Nil]);
            } else {
                return Some(of);
            }
        }
    }

    fn primary(&mut self) -> Option<Type> {
        if self.eat("(") {
            let inner = self.union()?;
            return self.eat(")").then_some(inner);
        }
        if self.eat("\"") {
            let end = self.rest.find('"')?;
            let text = self.rest[..end].to_owned();
            self.rest = &self.rest[end + 1..];
            return Some(Type::Literal(text));
        }
        if self.eat("{") {
            return self.record();
        }
        if self.eat("...") {
            return Some(Type::Any);
        }
        let name = self.name()?;
        match name {
            "fun" if self.eat("(") => self.callback(),
            "table" if self.eat("<") => {
                let key = self.union()?;
                self.comma()?;
                let value = self.union()?;
                self.eat(">")
                    .then(|| Type::Map(Box::new(key), Box::new(value)))
            }
            name => Some(named(name)),
        }
    }

    /// What follows `{`.
    fn record(&mut self) -> Option<Type> {
        let mut fields = Vec::new();
        loop {
            self.blank();
            if self.eat("}") {
                return Some(Type::Record(fields));
            }
            let name = if self.eat("[") {
                let key = self.union()?;
                self.eat("]").then(|| format!("[{key}]"))?
            } else {
                self.name()?.to_owned()
            };
            let optional = self.eat("?");
            self.colon()?;
            fields.push((name, self.union()?, optional));
            self.blank();
            self.eat(",");
        }
    }

    /// What follows `fun(`.
    fn callback(&mut self) -> Option<Type> {
        let mut params = Vec::new();
        while !self.eat(")") {
            let dots = self.eat("...");
            let name = if dots { "..." } else { self.name()? };
            let mark = if self.eat("?") { "?" } else { "" };
            let of = match self.colon() {
                Some(()) => self.union()?,
                None => Type::Any,
            };
            params.push((format!("{name}{mark}"), of));
            self.blank();
            self.eat(",");
            self.blank();
        }
        let returns = match self.colon() {
            Some(()) => Some(Box::new(self.union()?)),
            None => None,
        };
        Some(Type::Callback { params, returns })
    }

    fn name(&mut self) -> Option<&'a str> {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn comma(&mut self) -> Option<()> {
        let comma = self.eat(",");
        self.blank();
        comma.then_some(())
    }

    fn colon(&mut self) -> Option<()> {
        let colon = self.eat(":");
        self.blank();
        colon.then_some(())
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

fn named(name: &str) -> Type {
    match name {
        "any" | "unknown" => Type::Any,
        "nil" => Type::Nil,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "string" => Type::String,
        "table" => Type::Table,
        "function" => Type::Function,
        "userdata" | "lightuserdata" => Type::Userdata,
        "true" | "false" => Type::Value(name.to_owned()),
        number if number.parse::<f64>().is_ok() => Type::Value(number.to_owned()),
        class => Type::Class(class.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_printed_as_it_was_written() {
        for text in [
            "string",
            "string|string[]",
            "\"append\"|\"replace\"|false",
            "table<string, string|any[]>",
            "{ table: string?, reason: string }[]",
            "{ missing?: string[], [integer]: string }",
            "fun(self: Db, fn: fun(tx: Db): any): any",
            "table<string, table<string, string|copy.NamedMask|(fun(row: table): any)|false>>",
            "fun(): table?",
            "(string|integer)[]",
            "fun(db: Db, sql: string|Sql, ...): table[]",
        ] {
            let (read, rest) = Type::read(text).unwrap_or_else(|| panic!("not read: {text}"));
            assert_eq!((read.to_string().as_str(), rest), (text, ""));
        }
    }

    #[test]
    fn a_type_ends_where_its_text_begins() {
        let (read, rest) = Type::read("\"a\"|string[]|false which of them").unwrap();
        assert_eq!(rest, " which of them");
        assert_eq!(read.literals(), ["a"]);
        let list = Type::List(Box::new(Type::String));
        let no = Type::Value("false".to_owned());
        assert_eq!(read.members(), [&Type::Literal("a".to_owned()), &list, &no]);
        assert!(Type::read("{ broken").is_none());
    }
}
