//! The Lua modules inside the binary.

use crate::docs::MODULES;

pub(super) fn module(name: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find(|(module, _)| *module == name)
        .map(|(_, text)| *text)
}
