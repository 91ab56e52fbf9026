//! What is on or off.

use super::{Source, Words};
use crate::repl::session::Session;
use crate::repl::{Flow, Result, Trouble};
use crate::ui::results::Expanded;

/// `\x [on|off|auto]`: without a word from one to the other.
pub async fn expanded(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let now = session.results.expanded;
    let (expanded, told) = match words.first() {
        None if now == Expanded::On => (Expanded::Off, "off"),
        None | Some("on") => (Expanded::On, "on"),
        Some("off") => (Expanded::Off, "off"),
        Some("auto") => (Expanded::Auto, "used where a table is too wide"),
        Some(other) => return Err(wrong("x", "on, off and auto", other)),
    };
    session.results.expanded = expanded;
    session.note(format!("records are {told}"));
    Ok(Flow::GoesOn)
}

/// `\timing [on|off]`
pub async fn timing(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    session.timing = match words.first() {
        None => !session.timing,
        Some("on") => true,
        Some("off") => false,
        Some(other) => return Err(wrong("timing", "on and off", other)),
    };
    let told = if session.timing { "on" } else { "off" };
    session.note(format!("timing is {told}"));
    Ok(Flow::GoesOn)
}

fn wrong(command: &str, takes: &str, got: &str) -> Trouble {
    Trouble::usage(format!("`\\{command}` takes {takes}, got `{got}`"))
}
