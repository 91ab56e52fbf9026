//! Bugs of our own: a panic, told as what it is, with all that a report of it needs.
//!
//! The hook only remembers. Whoever catches the panic lets what is open be put back as for any other error, and
//! reports it then; [`Bug::untold`] finds those that nobody caught.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::fmt;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What has panicked and was told by nobody yet.
static SEEN: Mutex<Vec<Bug>> = Mutex::new(Vec::new());

/// A panic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bug {
    message: String,
    /// File, line and column of our source.
    place: Option<String>,
    /// Where `RUST_BACKTRACE` asks for one.
    backtrace: Option<String>,
}

impl Bug {
    pub const HELP: &'static str = "this is a bug of `runner`, not of the playbook, and what was open has been put back: \
        please report it with these lines and what led to it; `RUST_BACKTRACE=1` adds where it came from";

    /// Has panics remembered from now on, instead of printed by the thread that panics.
    pub fn watch() {
        std::panic::set_hook(Box::new(|info| seen().push(Self::of(info))));
    }

    fn of(info: &PanicHookInfo<'_>) -> Self {
        let backtrace = Backtrace::capture();
        let has_one = backtrace.status() == BacktraceStatus::Captured;
        Self {
            message: words(info.payload()),
            place: info.location().map(ToString::to_string),
            backtrace: has_one.then(|| backtrace.to_string()),
        }
    }

    /// The panic whose payload was caught.
    pub fn caught(payload: &(dyn Any + Send)) -> Self {
        let message = words(payload);
        let mut seen = seen();
        match seen.iter().rposition(|bug| bug.message == message) {
            Some(at) => seen.remove(at),
            None => Self {
                message,
                ..Self::default()
            },
        }
    }

    /// The first that nobody has caught and told, if any.
    pub fn untold() -> Option<Self> {
        std::mem::take(&mut *seen()).into_iter().next()
    }

    /// What a report of it needs to know.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let version = format!(
            "{} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        );
        let place = self.place.clone().map(|place| ("place", place));
        let backtrace = self.backtrace.clone().map(|text| ("backtrace", text));
        let command = command_line(std::env::args_os().skip(1));
        let known = [("version", version), ("command", command)];
        place.into_iter().chain(known).chain(backtrace).collect()
    }
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`runner` itself has failed: {}", self.message)
    }
}

fn seen() -> MutexGuard<'static, Vec<Bug>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

/// The command line without what may be secret: names of options, commands and playbooks alone.
fn command_line(words: impl IntoIterator<Item = OsString>) -> String {
    let mut line = String::from("runner");
    for (place, word) in words.into_iter().enumerate() {
        let word = word.to_string_lossy();
        line.push(' ');
        line.push_str(match word.split_once('=') {
            Some((name, _)) if name.starts_with('-') => name,
            _ if place == 0 || word.starts_with('-') || word.ends_with(".lua") => &word,
            _ => "…",
        });
    }
    line
}

/// Panics where a test asks for it: in the call of the primitive named by `RUNNER_TEST_PANIC`.
#[cfg(debug_assertions)]
pub fn provoke(primitive: &str) {
    provoked("RUNNER_TEST_PANIC", primitive);
}

/// The same while the primitive waits, for `RUNNER_TEST_PANIC_LATER`.
#[cfg(debug_assertions)]
pub fn provoke_later(primitive: &str) {
    provoked("RUNNER_TEST_PANIC_LATER", primitive);
}

#[cfg(debug_assertions)]
fn provoked(variable: &str, primitive: &str) {
    let asked = std::env::var_os(variable).is_some_and(|asked| asked == primitive);
    assert!(!asked, "provoked in `{primitive}`");
}

#[cfg(not(debug_assertions))]
pub fn provoke(_: &str) {}

#[cfg(not(debug_assertions))]
pub fn provoke_later(_: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_of_a_report_holds_no_value() {
        let words = "promote.lua --confirm PHRASE --since=2026 law -v".split(' ');
        assert_eq!(
            command_line(words.map(OsString::from)),
            "runner promote.lua --confirm … --since … -v"
        );
    }

    #[test]
    fn a_panic_is_told_with_its_words_and_what_a_report_needs() {
        let panic = std::panic::catch_unwind(|| panic!("no {}", 1)).unwrap_err();
        let bug = Bug::caught(&*panic);
        assert_eq!(bug.to_string(), "`runner` itself has failed: no 1");
        let names: Vec<_> = bug.facts().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["version", "command"]);
    }
}
