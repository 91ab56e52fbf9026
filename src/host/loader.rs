//! `require`: pure-Lua modules from the playbook's folder, `playbooks/` and the binary.

use std::path::{Path, PathBuf};

use mlua::{Function, Lua};

use super::location::STDLIB_FOLDER;
use super::state::State;
use super::stdlib;
use crate::config::closest;
use crate::docs;

/// Where modules are looked for, in this order; the embedded ones come last.
///
/// `require "stdlib.NAME"` always means the embedded module: `playbooks/promote.lua` can use
/// `stdlib/promote.lua` without finding itself.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    folders: Vec<PathBuf>,
    /// The playbook itself is no module.
    playbook: Option<PathBuf>,
}

/// Where `require` finds a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    File(PathBuf),
    /// In the binary.
    Embedded,
    Missing,
}

/// What a search for a module gave.
enum Found {
    File(PathBuf),
    Embedded { text: &'static str, path: String },
    Missing { tried: Vec<String> },
}

impl Loader {
    pub fn new(playbook: &Path, root: &Path) -> Self {
        let own = playbook.parent().unwrap_or(Path::new("")).to_owned();
        let mut folders = vec![own];
        let shared = root.join("playbooks");
        if !same(&shared, &folders[0]) {
            folders.push(shared);
        }
        Self {
            folders,
            playbook: Some(playbook.to_owned()),
        }
    }

    /// Where a module is, which is not read.
    pub fn locate(&self, name: &str) -> Located {
        match self.find(name) {
            Found::File(path) => Located::File(path),
            Found::Embedded { .. } => Located::Embedded,
            Found::Missing { .. } => Located::Missing,
        }
    }

    /// The modules that stand where `name` would, for "did you mean".
    pub fn names_beside(&self, name: &str) -> Vec<String> {
        let prefix = name.rfind('.').map_or("", |dot| &name[..=dot]);
        let below = prefix.replace('.', "/");
        let folders = self.folders.iter();
        let entries = folders.filter_map(|folder| folder.join(&below).read_dir().ok());
        let files = entries.flatten().filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_lua = path.extension().is_some_and(|extension| extension == "lua");
            let stem = path.file_stem()?.to_str()?;
            (is_lua && !self.is_playbook(&path)).then(|| format!("{prefix}{stem}"))
        });
        let embedded = docs::MODULES.iter().map(|(name, _)| (*name).to_owned());
        files.chain(embedded).collect()
    }

    fn find(&self, name: &str) -> Found {
        let relative = name.replace('.', "/");
        let mut tried = Vec::new();
        let embedded = name.strip_prefix("stdlib.");
        if embedded.is_none() {
            for folder in &self.folders {
                for candidate in [format!("{relative}.lua"), format!("{relative}/init.lua")] {
                    let path = folder.join(candidate);
                    if path.is_file() && !self.is_playbook(&path) {
                        return Found::File(path);
                    }
                    tried.push(format!("no file '{}'", shown(&path)));
                }
            }
        }
        let module = embedded.unwrap_or(name);
        if let Some(text) = stdlib::module(module) {
            let path = format!("{STDLIB_FOLDER}{module}.lua");
            return Found::Embedded { text, path };
        }
        tried.push(format!(
            "no module '{module}' in the standard library of this program"
        ));
        let names = self.names_beside(name);
        let near = closest(name, names.iter().map(String::as_str));
        tried.extend(near.map(|near| format!("did you mean `{near}`?")));
        Found::Missing { tried }
    }

    fn is_playbook(&self, path: &Path) -> bool {
        self.playbook
            .as_deref()
            .is_some_and(|playbook| same(playbook, path))
    }
}

/// The searcher for `package.searchers`: the loaded chunk and its path, or why there is none.
pub(super) fn searcher(lua: &Lua, loader: Loader) -> mlua::Result<Function> {
    lua.create_function(move |lua, name: String| {
        let (text, path) = match loader.find(&name) {
            Found::File(path) => (std::fs::read_to_string(&path)?, shown(&path)),
            Found::Embedded { text, path } => (text.to_owned(), path),
            Found::Missing { tried } => {
                let message = format!("\n\t{}", tried.join("\n\t"));
                return Ok((mlua::Value::String(lua.create_string(message)?), None));
            }
        };
        let chunk = load(lua, &path, &text)?;
        Ok((mlua::Value::Function(chunk), Some(path)))
    })
}

/// Compiles a text, which must be Lua source, not bytecode. `name` is the file as messages show it.
pub(super) fn load(lua: &Lua, name: &str, text: &str) -> mlua::Result<Function> {
    // An editor's mark of the encoding, which Lua's own loader skips, too.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    State::of(lua).remember_source(name, text);
    // A shebang line makes a playbook executable; Lua's own loader skips it, too.
    let body = match text.strip_prefix('#') {
        Some(rest) => format!("--{rest}"),
        None => text.to_owned(),
    };
    lua.load(body)
        .set_name(format!("@{name}"))
        .set_mode(mlua::chunk::ChunkMode::Text)
        .into_function()
}

/// A path as a person would type it: relative to the current folder where it lies below it.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(path);
    let short = short.strip_prefix(".").unwrap_or(short);
    short.display().to_string()
}

fn same(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}
