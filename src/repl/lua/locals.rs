//! The variables that a chunk declares at its top, made known to the chunks behind it.
//!
//! The text stays as it was typed, so that every line and column in it is right; only what tells of its variables is
//! put where the chunk ends: `locals.lua` has the other half.

use std::fmt::Write as _;

use full_moon::ast::{AstResult, Block, Stmt};
use full_moon::node::Node;
use full_moon::tokenizer::TokenReference;

use crate::docs::tree;

/// A local variable.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    name: String,
    attribute: Option<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    name: String,
    /// Where its name stands, in bytes.
    at: usize,
}

impl Variable {
    fn has(&self, attribute: &str) -> bool {
        self.attribute
            .as_ref()
            .is_some_and(|own| own.name == attribute)
    }
}

/// The chunk with its variables told to the function that is its argument; as it was, where it declares none.
pub fn told(text: &str) -> String {
    let Some(Ok(ast)) = tree(text).map(AstResult::into_result) else {
        return text.to_owned();
    };
    let block = ast.nodes();
    let variables = variables(block);
    if variables.is_empty() {
        return text.to_owned();
    }
    let telling = telling(&variables);
    let last = block.last_stmt().and_then(Node::start_position);
    let mut out = match last {
        Some(place) => {
            let (before, behind) = text.split_at(place.bytes());
            format!("{before}{telling} {behind}")
        }
        // The text may end in a comment.
        None => format!("{text}\n{telling}"),
    };
    for variable in variables.iter().filter(|variable| variable.has("close")) {
        if let Some(attribute) = &variable.attribute {
            // It is closed with the session, not with the line: as long as that it may not be changed. The other
            // word has as many letters.
            let end = attribute.at + attribute.name.len();
            out.replace_range(attribute.at..end, "const");
        }
    }
    out
}

fn variables(block: &Block) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    for statement in block.stmts() {
        match statement {
            Stmt::LocalAssignment(local) => {
                let names = local.names().iter().zip(local.attributes());
                for (name, attribute) in names {
                    let attribute = attribute.map(|attribute| Attribute {
                        name: word(attribute.name()),
                        at: attribute.name().token().start_position().bytes(),
                    });
                    variables.push(Variable {
                        name: word(name),
                        attribute,
                    });
                }
            }
            Stmt::LocalFunction(function) => variables.push(Variable {
                name: word(function.name()),
                attribute: None,
            }),
            _ => {}
        }
    }
    variables
}

fn word(token: &TokenReference) -> String {
    token.token().to_string()
}

/// `;(...)({x={function()return x end,function(v)x=v end},})`: of several variables of a name the last one is seen.
fn telling(variables: &[Variable]) -> String {
    let mut telling = String::from(";(...){");
    for (index, variable) in variables.iter().enumerate() {
        let name = &variable.name;
        if variables[index + 1..]
            .iter()
            .any(|other| other.name == *name)
        {
            continue;
        }
        // A parameter of the same name would hide it.
        let value = if name == "v" { "w" } else { "v" };
        let _ = write!(telling, "{name}={{function()return {name} end,");
        let _ = match &variable.attribute {
            Some(_) => write!(telling, "nil,{}}},", variable.has("close")),
            None => write!(telling, "function({value}){name}={value} end}},"),
        };
    }
    telling.push('}');
    telling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_tells_its_variables_where_it_ends() {
        for (text, expected) in [
            ("x = 1", "x = 1"),
            ("do local x = 1 end", "do local x = 1 end"),
            (
                "local x = 1 -- why",
                "local x = 1 -- why\n;(...){x={function()return x end,function(v)x=v end},}",
            ),
            (
                "local v <const> = 1 return v",
                "local v <const> = 1 ;(...){v={function()return v end,nil,false},} return v",
            ),
            (
                "local x = 1\nlocal function x() end",
                "local x = 1\nlocal function x() end\n;(...){x={function()return x end,function(v)x=v end},}",
            ),
            (
                "local t <close> = f()",
                "local t <const> = f()\n;(...){t={function()return t end,nil,true},}",
            ),
            ("local x = = 1", "local x = = 1"),
        ] {
            assert_eq!(told(text), expected);
        }
    }
}
