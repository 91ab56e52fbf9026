//! What the editor knows while somebody types, kept by the session from line to line.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalogue::Catalogue;
use super::command::COMMANDS;
use super::complete::{Candidate, LuaNames, World, complete, signature};
use super::names::Names;

/// Shared between the session and the thread of the editor.
#[derive(Clone, Default)]
pub struct Knowing(Arc<Mutex<Known>>);

#[derive(Default)]
pub struct Known {
    /// Of the target that statements go to.
    pub catalogue: Option<Catalogue>,
    pub lua: LuaNames,
    pub targets: Vec<String>,
    pub groups: Vec<String>,
}

impl Knowing {
    pub fn locked(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the word at `position` may become, and where it begins.
    pub fn complete(&self, line: &str, position: usize) -> (usize, Vec<Candidate>) {
        self.with(|world| complete(line, position, world))
    }

    /// The arguments of the function that is being called.
    pub fn signature(&self, before: &str) -> Option<String> {
        self.with(|world| signature(before, world))
    }

    fn with<T>(&self, ask: impl FnOnce(&World) -> T) -> T {
        let known = self.locked();
        let catalogue = known.catalogue.as_ref();
        let names = catalogue.map_or_else(|| Arc::new(Names::default()), Catalogue::names);
        let commands: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        ask(&World {
            names: &names,
            lua: &known.lua,
            targets: &known.targets,
            groups: &known.groups,
            commands: &commands,
            files: &files,
        })
    }
}

/// The files whose path begins so; folders end in `/`.
fn files(prefix: &str) -> Vec<String> {
    let (folder, name) = match prefix.rfind('/') {
        Some(slash) => prefix.split_at(slash + 1),
        None => ("", prefix),
    };
    let place = if folder.is_empty() { "." } else { folder };
    let entries = std::fs::read_dir(place).into_iter().flatten();
    let mut found: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            let hidden = file.starts_with('.') && !name.starts_with('.');
            let slash = if entry.path().is_dir() { "/" } else { "" };
            (file.starts_with(name) && !hidden).then(|| format!("{folder}{file}{slash}"))
        })
        .collect();
    found.sort();
    found
}
