//! Lua as a syntax tree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use full_moon::ast::AstResult;
use full_moon::tokenizer::{Lexer, LexerResult, TokenType};
use full_moon::{LuaVersion, parse_fallible};

use crate::bug::Bug;

/// Lua itself reads nothing that is nested deeper (`LUAI_MAXCCALLS`), and the parser would run out of stack.
const DEEPEST: usize = 200;
/// Operators behind each other in one expression, each of which is a node above the next.
const LONGEST: usize = 1000;

/// The tree of a text, with what is wrong with it; `None` where the parser itself fails.
pub fn tree(text: &str) -> Option<AstResult> {
    let shallow = guarded(|| is_shallow(text))?;
    shallow.then(|| guarded(|| parse_fallible(text, LuaVersion::lua54())))?
}

/// What `full_moon` makes of a text. It panics on a backtick that stands in no text and no comment, which is no Lua, and
/// is not for us to be told as a bug.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.map_err(|panic| Bug::caught(&*panic)).ok()
}

fn is_shallow(text: &str) -> bool {
    let mut lexer = Lexer::new_lazy(text, LuaVersion::lua54());
    let (mut depth, mut operators) = (0_usize, 0);
    let mut after_operand = false;
    while let Some(LexerResult::Ok(token) | LexerResult::Recovered(token, _)) = lexer.process_next()
    {
        let written = &text[token.start_position().bytes()..token.end_position().bytes()];
        let was_operand = after_operand;
        after_operand = false;
        match token.token_type() {
            TokenType::Eof => break,
            TokenType::Symbol { .. } => match written {
                "(" | "{" | "[" => depth += 1,
                "do" | "then" | "function" | "repeat" => {
                    depth += 1;
                    operators = 0;
                }
                ")" | "}" | "]" | "end" | "until" => {
                    depth = depth.saturating_sub(1);
                    after_operand = true;
                }
                // Its own `then` follows.
                "elseif" => depth = depth.saturating_sub(1),
                "=" | "," | ";" | "local" | "return" | "if" | "while" | "for" => operators = 0,
                "nil" | "true" | "false" | "..." => after_operand = true,
                _ => operators += 1,
            },
            TokenType::Identifier { .. } => {
                // Two operands side by side: a statement has ended between them.
                operators = if was_operand { 0 } else { operators };
                after_operand = true;
            }
            TokenType::Number { .. } | TokenType::StringLiteral { .. } => after_operand = true,
            _ => after_operand = was_operand,
        }
        if depth > DEEPEST || operators > LONGEST {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_nested_too_deeply_is_not_read() {
        for text in [
            "(".repeat(100_000),
            "{".repeat(5000),
            "x = ".to_owned() + &" not".repeat(100_000),
            "x = 1".to_owned() + &" + 1".repeat(100_000),
            "do ".repeat(20_000),
            "x = `y`".to_owned(),
        ] {
            assert!(tree(&text).is_none(), "{}", &text[..7]);
        }
    }

    #[test]
    fn a_text_that_is_long_is() {
        let branches = "elseif x == 1 then f() ".repeat(3000);
        for text in [
            "f(a + b, -c)\ng.h 'x'\n".repeat(3000),
            "x = a + b * c\n".repeat(3000),
            format!("if x then {branches} end"),
            "(".repeat(90) + "x" + &")".repeat(90) + "()",
            "x = 1".to_owned() + &" .. 1".repeat(500),
        ] {
            let parsed = tree(&text).map(AstResult::into_result);
            assert!(matches!(parsed, Some(Ok(_))), "{}", &text[..9]);
        }
    }
}
