//! Runs every `tests/lua/**/*_spec.lua` as a playbook, each in a project whose targets `dev` and `prod` are
//! databases of its own with the first workflow's tables.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Database, Runner, dev, prod};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lua");

#[test]
fn every_lua_spec_passes() {
    let specs = found(Path::new(FOLDER));
    assert!(!specs.is_empty(), "no *_spec.lua under {FOLDER}");
    let failed: Vec<_> = specs.iter().filter_map(|spec| failure(spec)).collect();
    assert!(
        failed.is_empty(),
        "{} of {} specs failed\n\n{}",
        failed.len(),
        specs.len(),
        failed.join("\n\n")
    );
}

/// Its name and what it said, where it failed.
fn failure(spec: &Path) -> Option<String> {
    let name = spec.strip_prefix(FOLDER).unwrap().display().to_string();
    let source = fs::read_to_string(spec).unwrap();
    std::thread::spawn(move || run(&source))
        .join()
        .err()
        .map(|panic| {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            format!("==== {name}\n{text}")
        })
}

fn run(source: &str) {
    let (from, to) = (Database::law_dev(dev()), Database::law_prod(prod()));
    Runner::new()
        .target("dev", &from)
        .target("prod", &to)
        .file(
            "spec.lua",
            fs::read(Path::new(FOLDER).join("spec.lua")).unwrap(),
        )
        .playbook(source)
        .success();
    from.assert_left();
    to.assert_left();
}

fn found(folder: &Path) -> Vec<PathBuf> {
    let mut specs = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs.extend(found(&path));
        } else if path.to_str().unwrap().ends_with("_spec.lua") {
            specs.push(path);
        }
    }
    specs.sort();
    specs
}
