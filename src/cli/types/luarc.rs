//! `.luarc.json`: ours among the settings that are there already.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Error;

/// Where `require` looks, as the loader does.
const PATHS: [&str; 4] = [
    "?.lua",
    "?/init.lua",
    "playbooks/?.lua",
    "playbooks/?/init.lua",
];

/// The text of the file with our settings in it: lists are added to, what is set to another value is set to ours,
/// and the rest stays as it is.
pub fn merged(file: &Path, library: &Path) -> Result<String, Error> {
    let library = library.display().to_string();
    let settings = [
        ("runtime.version", json!("Lua 5.4")),
        ("runtime.path", json!(PATHS)),
        ("workspace.library", json!([library])),
    ];
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => "{}".to_owned(),
        Err(source) => {
            return Err(Error::Read {
                path: file.to_owned(),
                source,
            });
        }
    };
    let mut all: Map<String, Value> =
        serde_json::from_str(&text).map_err(|problem| Error::NoObject {
            path: file.to_owned(),
            problem: problem.to_string(),
            settings: Value::from_iter(settings.clone()).to_string(),
        })?;
    for (name, value) in settings {
        set(&mut all, name, value);
    }
    Ok(format!("{:#}\n", Value::Object(all)))
}

/// Sets `section.name` in the spelling that is there: nested, with the program's name in front, or plain.
fn set(all: &mut Map<String, Value>, name: &str, value: Value) {
    let (section, key) = name.split_once('.').unwrap_or(("", name));
    if let Some(Value::Object(nested)) = all.get_mut(section) {
        merge(nested.entry(key).or_insert(Value::Null), value);
        return;
    }
    let long = format!("Lua.{name}");
    let name = if all.contains_key(&long) {
        long
    } else {
        name.to_owned()
    };
    merge(all.entry(name).or_insert(Value::Null), value);
}

fn merge(there: &mut Value, ours: Value) {
    match (there, ours) {
        (Value::Array(there), Value::Array(ours)) => {
            for item in ours {
                if !there.contains(&item) {
                    there.push(item);
                }
            }
        }
        (there, ours) => *there = ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged_with(text: &str) -> Value {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".luarc.json");
        std::fs::write(&file, text).unwrap();
        let once = merged(&file, Path::new("types")).unwrap();
        std::fs::write(&file, &once).unwrap();
        assert_eq!(
            merged(&file, Path::new("types")).unwrap(),
            once,
            "a second time changes nothing"
        );
        serde_json::from_str(&once).unwrap()
    }

    #[test]
    fn what_is_there_stays_in_its_spelling() {
        let merged = merged_with(
            r#"{ "workspace": { "library": ["mine"], "checkThirdParty": false }, "Lua.runtime.version": "Lua 5.1", "x": 1 }"#,
        );
        let expected = json!({
            "workspace": { "library": ["mine", "types"], "checkThirdParty": false },
            "Lua.runtime.version": "Lua 5.4",
            "x": 1,
            "runtime.path": PATHS,
        });
        assert_eq!(merged, expected);
    }

    #[test]
    fn what_cannot_be_read_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".luarc.json");
        std::fs::write(&file, "{ // a comment\n}").unwrap();
        let error = merged(&file, Path::new("types")).unwrap_err().to_string();
        assert!(
            error.contains("is no JSON object") && error.contains("workspace.library"),
            "{error}"
        );
    }
}
