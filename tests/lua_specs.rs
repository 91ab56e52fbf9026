//! Runs every `tests/lua/**/*_spec.lua` as a playbook, each in a project whose targets `dev` and `prod` are
//! databases of its own with the first workflow's tables. The other files of the folder are in it, too.

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
    let path = spec.to_owned();
    std::thread::spawn(move || run(&path))
        .join()
        .err()
        .map(|panic| {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            format!("==== {}\n{text}", name(spec))
        })
}

fn run(spec: &Path) {
    let (from, to) = (Database::law_dev(dev()), Database::law_prod(prod()));
    let mut runner = Runner::new().target("dev", &from).target("prod", &to);
    let helpers = fs::read_dir(FOLDER).unwrap().map(|it| it.unwrap().path());
    for helper in helpers.filter(|it| it.is_file() && !is_spec(it)) {
        runner = runner.file(&name(&helper), fs::read(&helper).unwrap());
    }
    runner
        .file(&name(spec), fs::read(spec).unwrap())
        .args([name(spec)])
        .success();
    from.assert_left();
    to.assert_left();
}

fn name(file: &Path) -> String {
    file.strip_prefix(FOLDER).unwrap().display().to_string()
}

fn is_spec(file: &Path) -> bool {
    file.to_str().unwrap().ends_with("_spec.lua")
}

fn found(folder: &Path) -> Vec<PathBuf> {
    let mut specs = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs.extend(found(&path));
        } else if is_spec(&path) {
            specs.push(path);
        }
    }
    specs.sort();
    specs
}
