//! What one run of the machine remembers outside Lua.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlua::{Lua, Thread};

use super::block::Scopes;
use super::error::{Error, Kind};
use super::location::Location;
use crate::interrupt::Interrupt;

/// Shared by every primitive of one machine; reached by [`State::of`].
#[derive(Default)]
pub struct State {
    pub(super) interrupt: Interrupt,
    pub(super) scopes: Scopes,
    /// Set by `os.exit` and by an operator's no: from then on everything unwinds as it does for an interruption.
    end: Mutex<Option<Error>>,
    /// How often each coroutine is shielded. Per coroutine, or one branch's closer would mask the others.
    shields: Mutex<HashMap<usize, usize>>,
    /// The text of every chunk that was loaded, to show the line of an error.
    sources: Mutex<HashMap<String, Arc<str>>>,
    /// The methods that values of ours have, for "did you mean".
    methods: Mutex<Vec<String>>,
    /// Errors that could not be raised because another one was on its way.
    notes: Mutex<Vec<String>>,
}

impl State {
    pub(super) fn new(interrupt: Interrupt) -> Self {
        Self {
            interrupt,
            ..Self::default()
        }
    }

    pub fn of(lua: &Lua) -> Arc<Self> {
        // Every machine is given its state when it is made; a bare `Lua` simply has nothing to stop it.
        lua.app_data_ref::<Arc<Self>>()
            .map(|state| Arc::clone(&state))
            .unwrap_or_default()
    }

    /// The error to raise if the run has been stopped and the running coroutine is not shielded.
    pub(super) fn stop(&self, lua: &Lua) -> Option<Error> {
        let end = lock(&self.end).clone();
        if end.is_none() && !self.interrupt.is_tripped() {
            return None;
        }
        if self.is_shielded(&lua.current_thread()) {
            return None;
        }
        end.or_else(|| Some(Error::interrupted()))
    }

    /// Ends the run as `os.exit` does: everything unwinds, and nothing catches it.
    pub fn request_exit(&self, code: i32) {
        self.end_with(Error::new(Kind::Exit(code), "the playbook ended the run"));
    }

    /// The same with an error to report.
    pub(super) fn end_with(&self, error: Error) {
        lock(&self.end).get_or_insert(error);
    }

    /// Forgets why the chunk before was ended, for the next one of a session.
    pub(super) fn renew(&self) {
        lock(&self.end).take();
    }

    pub(super) fn is_shielded(&self, thread: &Thread) -> bool {
        lock(&self.shields).contains_key(&key(thread))
    }

    pub(super) fn shield(&self, thread: &Thread) {
        *lock(&self.shields).entry(key(thread)).or_insert(0) += 1;
    }

    pub(super) fn unshield(&self, thread: &Thread) {
        let mut shields = lock(&self.shields);
        if let Some(depth) = shields.get_mut(&key(thread)) {
            *depth -= 1;
            if *depth == 0 {
                shields.remove(&key(thread));
            }
        }
    }

    pub(super) fn remember_source(&self, name: &str, text: &str) {
        lock(&self.sources).insert(name.to_owned(), Arc::from(text));
    }

    pub(super) fn source(&self, name: &str) -> Option<Arc<str>> {
        lock(&self.sources).get(name).cloned()
    }

    /// Makes methods of a class known, for "did you mean".
    pub fn learn_methods(&self, names: impl IntoIterator<Item = String>) {
        lock(&self.methods).extend(names);
    }

    pub(super) fn methods(&self) -> Vec<String> {
        lock(&self.methods).clone()
    }

    /// A line of a loaded chunk.
    pub(super) fn source_line(&self, name: &str, line: usize) -> Option<String> {
        let sources = lock(&self.sources);
        let text = sources.get(name)?.lines().nth(line.checked_sub(1)?)?;
        Some(text.trim_end().to_owned())
    }

    /// Where a text begins that stands at one place in one chunk alone.
    pub(super) fn only_place(&self, text: &str) -> Option<Location> {
        let sources = lock(&self.sources);
        let mut places = sources.iter().flat_map(|(file, source)| {
            let places = source.match_indices(text);
            places.map(move |(at, _)| (file, source[..at].matches('\n').count() + 1))
        });
        let (file, line) = places.next().filter(|_| !text.trim().is_empty())?;
        let file = file.clone();
        places.next().is_none().then_some(Location { file, line })
    }

    /// Where the call begins whose argument is `text` and ends on `line`: for `f [[` Lua tells the line of the
    /// `]]`. `None` for a text of one line, and where it does not stand there.
    pub(super) fn first_line(&self, name: &str, line: usize, text: &str) -> Option<usize> {
        let breaks = text.matches('\n').count();
        let first = line.checked_sub(breaks).filter(|first| *first < line)?;
        let sources = lock(&self.sources);
        let mut lines = sources.get(name)?.lines().skip(first.saturating_sub(2));
        let before = if first > 1 { lines.next()? } else { "" };
        let there = lines.take(breaks + 1).collect::<Vec<_>>().join("\n");
        // A line break right behind the brackets is no part of the text.
        let above = there.starts_with(text) && before.trim_end().ends_with('[');
        there.contains(text).then_some(first - usize::from(above))
    }

    /// Keeps an error that must not hide the one that is being raised.
    pub fn note(&self, text: impl Into<String>) {
        lock(&self.notes).push(text.into());
    }

    pub(super) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.notes))
    }
}

/// A thread that panicked while holding one of these locks leaves plain data behind, not a broken state.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(thread: &Thread) -> usize {
    thread.to_pointer() as usize
}
