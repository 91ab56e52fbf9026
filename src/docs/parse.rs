//! From the lines of a declaration to entries: comments that begin with `---`, and the statement below them.

use super::entry::{Entry, Field, Kind, Problem, Return};
use super::sections::Sections;
use super::types::Type;

pub(super) struct Parsed {
    pub entries: Vec<Entry>,
    pub problems: Vec<Problem>,
}

/// Reads a file that declares the global `name`, or is the module of that name.
pub(super) fn parse(file: &str, name: &str, text: &str) -> Parsed {
    let mut parser = Parser {
        file,
        global: name,
        is_module: !text.starts_with("---@meta"),
        comments: Vec::new(),
        parsed: Parsed {
            entries: Vec::new(),
            problems: Vec::new(),
        },
    };
    for (index, line) in text.lines().enumerate() {
        parser.line(index + 1, line);
    }
    parser.flush(text.lines().count(), "");
    parser.parsed
}

struct Parser<'a> {
    file: &'a str,
    global: &'a str,
    is_module: bool,
    /// The comment lines above, without their dashes.
    comments: Vec<(usize, &'a str)>,
    parsed: Parsed,
}

impl<'a> Parser<'a> {
    fn line(&mut self, number: usize, line: &'a str) {
        match line.strip_prefix("---") {
            Some("@meta") => {}
            Some(comment) => {
                // One space belongs to the dashes, where somebody writes it.
                let comment = comment
                    .strip_prefix(' ')
                    .filter(|_| self.is_module)
                    .unwrap_or(comment);
                self.comments.push((number, comment));
            }
            None => self.flush(number, line),
        }
    }

    /// The comments end here, above `statement`.
    fn flush(&mut self, number: usize, statement: &str) {
        let comments = std::mem::take(&mut self.comments);
        let tags = comments.iter().filter_map(|(number, comment)| {
            let (tag, rest) = split_word(comment.strip_prefix('@')?);
            Some((*number, tag, rest))
        });
        let tags: Vec<(usize, &str, &str)> = tags.collect();
        let texts = comments.iter().map(|(_, comment)| *comment);
        let sections = Sections::of(texts.filter(|comment| !comment.starts_with(['@', '|'])));
        for heading in &sections.unknown {
            self.problem(number, format!("unknown heading `{heading}`"));
        }
        let Some((kind, name)) = self.declared(statement, &tags, &comments) else {
            return;
        };
        let mut entry = Entry {
            name,
            kind,
            summary: sections.summary,
            text: sections.text,
            params: Vec::new(),
            overloads: Vec::new(),
            returns: Vec::new(),
            errors: sections.errors,
            example: sections.example,
            fields: Vec::new(),
            parents: Vec::new(),
            exact: false,
            ty: None,
            global: self.global.to_owned(),
            file: self.file.to_owned(),
            line: number,
        };
        for (number, tag, rest) in tags {
            if read_tag(&mut entry, tag, rest).is_none() {
                self.problem(number, format!("not understood: `@{tag} {rest}`"));
            }
        }
        self.parsed.entries.push(entry);
    }

    /// What the comments and the statement below them declare.
    fn declared(
        &self,
        statement: &str,
        tags: &[(usize, &str, &str)],
        comments: &[(usize, &str)],
    ) -> Option<(Kind, String)> {
        let tagged = |wanted| tags.iter().find(|(_, tag, _)| *tag == wanted);
        if let Some(head) = statement.strip_prefix("function ") {
            let name = head.split('(').next()?.trim().to_owned();
            let method = name.contains(':');
            return Some((if method { Kind::Method } else { Kind::Function }, name));
        }
        let global = statement
            .split(" = ")
            .next()
            .filter(|name| *name == self.global);
        if let Some(name) = global {
            let kind = if tagged("class").is_some() {
                Kind::Value
            } else {
                Kind::Module
            };
            return Some((kind, name.to_owned()));
        }
        if let Some((_, _, rest)) = tagged("class") {
            return Some((Kind::Class, class_head(rest)?.name.to_owned()));
        }
        if let Some((_, _, rest)) = tagged("alias") {
            return Some((Kind::Alias, split_word(rest).0.to_owned()));
        }
        // The comment at the head of a module is about all of it.
        let head = self.is_module && comments.first().is_some_and(|(line, _)| *line == 1);
        head.then(|| (Kind::Required, self.global.to_owned()))
    }

    fn problem(&mut self, line: usize, what: String) {
        let file = self.file.to_owned();
        self.parsed.problems.push(Problem { file, line, what });
    }
}

/// Takes one `@tag rest` into the entry; `None` where it is not understood.
fn read_tag(entry: &mut Entry, tag: &str, rest: &str) -> Option<()> {
    match tag {
        "param" => entry.params.push(field(rest)?),
        "field" => entry.fields.push(field(rest)?),
        "return" => entry.returns.push(returned(rest)?),
        "overload" => entry.overloads.push(Type::read(rest)?.0),
        "class" => {
            let head = class_head(rest)?;
            entry.exact = head.exact;
            entry.parents = head.parents;
        }
        "alias" => entry.ty = Some(Type::read(split_word(rest).1)?.0),
        // Says nothing that help would print.
        "generic" | "nodiscard" | "see" => {}
        _ => return None,
    }
    Some(())
}

struct ClassHead<'a> {
    name: &'a str,
    exact: bool,
    parents: Vec<String>,
}

/// `(exact) copy.SubsetOptions: copy.TablesOptions`
fn class_head(rest: &str) -> Option<ClassHead<'_>> {
    let (exact, rest) = match rest.strip_prefix("(exact)") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, rest),
    };
    let (name, parents) = rest.split_once(':').unwrap_or((rest, ""));
    let parents = parents
        .split(',')
        .map(str::trim)
        .filter(|parent| !parent.is_empty());
    let name = name.trim();
    (!name.is_empty()).then(|| ClassHead {
        name,
        exact,
        parents: parents.map(str::to_owned).collect(),
    })
}

/// `name? type text (default X)`; `[integer] type text` is about entries without a name.
fn field(rest: &str) -> Option<Field> {
    let (name, rest) = split_word(rest);
    let (ty, help) = Type::read(rest)?;
    let optional = name.ends_with('?') || name == "..." || name.starts_with('[');
    let (help, default) = default(help.trim());
    Some(Field {
        name: name.trim_end_matches('?').to_owned(),
        ty,
        optional,
        default,
        help: help.to_owned(),
    })
}

/// The text without the default it ends in, and that.
fn default(help: &str) -> (&str, Option<String>) {
    const OPENING: &str = "(default ";
    let at = help.strip_suffix(')').and_then(|_| help.rfind(OPENING));
    match at {
        None => (help, None),
        Some(at) => {
            let value = &help[at + OPENING.len()..help.len() - 1];
            let bare = value
                .strip_prefix('`')
                .and_then(|value| value.strip_suffix('`'));
            (
                help[..at].trim_end(),
                Some(bare.unwrap_or(value).to_owned()),
            )
        }
    }
}

/// `type name text`
fn returned(rest: &str) -> Option<Return> {
    let (ty, rest) = Type::read(rest)?;
    let (name, help) = split_word(rest.trim_start());
    Some(Return {
        ty,
        name: name.to_owned(),
        help: help.to_owned(),
    })
}

fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATION: &str = "\
---@meta

---Walks.
walk = {}

---@class (exact) walk.Options: walk.Base
---@field pace? \"slow\"|\"fast\" how (default `\"slow\"`)
---@field days integer
---@field [integer] string the places

---Walks there. And back.
---
---# Errors
---- the way is
---  closed
---@param options walk.Options
---@return integer miles in all
---@overload fun(place: string): integer
function walk.there(options) end
";

    #[test]
    fn a_file_is_read_by_its_comments_and_the_statements_below_them() {
        let Parsed { entries, problems } = parse("stdlib/meta/walk.lua", "walk", DECLARATION);
        assert_eq!(problems, []);
        let kinds: Vec<_> = entries
            .iter()
            .map(|entry| (entry.kind, entry.name.as_str(), entry.line))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::Module, "walk", 4),
                (Kind::Class, "walk.Options", 10),
                (Kind::Function, "walk.there", 19),
            ]
        );
        let options = &entries[1];
        assert_eq!(
            (options.exact, options.parents.as_slice()),
            (true, ["walk.Base".to_owned()].as_slice())
        );
        let fields: Vec<_> = options
            .fields
            .iter()
            .map(|field| {
                (
                    field.name.as_str(),
                    field.optional,
                    field.default.as_deref(),
                    field.help.as_str(),
                )
            })
            .collect();
        assert_eq!(
            fields,
            [
                ("pace", true, Some("\"slow\""), "how"),
                ("days", false, None, ""),
                ("[integer]", true, None, "the places"),
            ]
        );
        let there = &entries[2];
        assert_eq!(
            (there.summary.as_str(), there.text.as_str()),
            ("Walks there", "Walks there. And back.")
        );
        assert_eq!(there.errors, ["the way is closed"]);
        assert_eq!(there.returns[0].name, "miles");
        assert_eq!(
            there.overloads[0].to_string(),
            "fun(place: string): integer"
        );
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        let text = "---@meta\n\n---@param x {broken\n---@parm y string\nfunction walk() end\n";
        let problems = parse("walk.lua", "walk", text).problems;
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "walk.lua:3: not understood: `@param x {broken`",
                "walk.lua:4: not understood: `@parm y string`"
            ]
        );
    }
}
