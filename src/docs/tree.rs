//! Lua as a syntax tree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use full_moon::ast::AstResult;
use full_moon::{LuaVersion, parse_fallible};

use crate::bug::Bug;

/// The tree of a text, with what is wrong with it; `None` where the parser itself fails.
pub fn tree(text: &str) -> Option<AstResult> {
    guarded(|| parse_fallible(text, LuaVersion::lua54()))
}

/// What `full_moon` makes of a text. It panics on a backtick that stands in no text and no comment, which is no Lua, and
/// is not for us to be told as a bug.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.map_err(|panic| Bug::caught(&*panic)).ok()
}
