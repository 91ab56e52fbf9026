//! What the session tells the line editor before each line, so that it asks nobody while someone types.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::catalogue::Catalogue;
use super::complete::{Candidate, LuaNames, World, complete, signature};
use super::names::Names;
use crate::pg;
use crate::pg::fields::Fields;

/// A handle that the session writes to and the editor's thread reads.
#[derive(Clone, Default)]
pub struct Known(Arc<RwLock<State>>);

#[derive(Default)]
struct State {
    catalogues: BTreeMap<String, Catalogue>,
    /// The target that statements go to.
    current: Option<String>,
    lua: LuaNames,
    targets: Vec<String>,
    groups: Vec<String>,
    commands: Vec<&'static str>,
}

impl Known {
    /// What the project and the program have.
    pub fn begin(&self, targets: Vec<String>, groups: Vec<String>, commands: Vec<&'static str>) {
        self.write(|state| {
            state.targets = targets;
            state.groups = groups;
            state.commands = commands;
        });
    }

    /// Statements go to this target from now on: its names are read, unless they are already.
    pub fn take_target(&self, name: &str, session: &pg::Session) {
        self.write(|state| {
            state.current = Some(name.to_owned());
            let catalogues = &mut state.catalogues;
            if !catalogues.contains_key(name) {
                catalogues.insert(name.to_owned(), Catalogue::start(session));
            }
        });
    }

    pub fn lua(&self, names: LuaNames) {
        self.write(|state| state.lua = names);
    }

    /// A statement has run on the current target, or a line of Lua that may have had some.
    pub fn ran(&self, text: &str) {
        if let Some(catalogue) = self.read().catalogue() {
            catalogue.ran(text);
        }
    }

    /// A statement may have made a temporary table: the schema of such in `session`, where it has one.
    pub async fn ask_temporary(&self, session: &pg::Session) {
        let Some(catalogue) = self.read().catalogue().cloned() else {
            return;
        };
        let sql = include_str!("../sql/repl/temporary_schema.sql");
        // What cannot be asked is not known.
        let rows = session.query(sql, &[]).await.map(|found| found.rows);
        if let Some(schema) = rows.ok().and_then(|rows| rows.into_iter().next()) {
            catalogue.temporary(Fields::new(schema).text());
        }
    }

    pub fn complete(&self, line: &str, position: usize) -> (usize, Vec<Candidate>) {
        self.with_world(|world| complete(line, position, world))
    }

    pub fn signature(&self, line: &str) -> Option<String> {
        self.with_world(|world| signature(line, world))
    }

    fn with_world<T>(&self, ask: impl FnOnce(&World) -> T) -> T {
        let state = self.read();
        let names = state
            .catalogue()
            .map_or_else(Arc::<Names>::default, Catalogue::names);
        ask(&World {
            names: &names,
            lua: &state.lua,
            targets: &state.targets,
            groups: &state.groups,
            commands: &state.commands,
            files: &files,
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogues.get(self.current.as_ref()?)
    }
}

/// The files whose path begins so; hidden ones only for who begins with their dot.
fn files(prefix: &str) -> Vec<String> {
    let (folder, name) = match prefix.rfind('/') {
        Some(slash) => prefix.split_at(slash + 1),
        None => ("", prefix),
    };
    let place = if folder.is_empty() { "." } else { folder };
    let Ok(entries) = std::fs::read_dir(Path::new(place)) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            let fits = file.starts_with(name) && (name.starts_with('.') || !file.starts_with('.'));
            let end = if entry.path().is_dir() { "/" } else { "" };
            fits.then(|| format!("{folder}{file}{end}"))
        })
        .collect();
    found.sort();
    found
}
