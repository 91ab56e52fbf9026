//! Every function that playbooks call is explained, and its example runs.

use runner::docs::{self, Entry, Kind};

use crate::support::{Database, Runner, container, dev, docker, must, prod, removed_at_end};

fn functions() -> impl Iterator<Item = &'static Entry> {
    let called = |entry: &&Entry| matches!(entry.kind, Kind::Function | Kind::Method);
    docs::entries().iter().filter(called)
}

#[test]
fn every_function_has_a_summary_an_example_and_typed_arguments() {
    let mut lacking = Vec::new();
    for entry in functions() {
        let mut lacks = |what: &str| {
            lacking.push(format!(
                "{}:{}: {} has no {what}",
                entry.file, entry.line, entry.name
            ));
        };
        if entry.summary.is_empty() {
            lacks("summary");
        }
        if entry.example.is_none() {
            lacks("example");
        }
        for error in &entry.errors {
            if error.is_empty() || error.ends_with('.') {
                lacks("error that is a phrase");
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// The names of classes that no declaration explains.
#[test]
fn every_class_that_is_named_is_declared() {
    let mut unknown = Vec::new();
    for entry in docs::entries() {
        let fields = entry
            .params
            .iter()
            .chain(&entry.fields)
            .map(|field| &field.ty);
        let types = fields.chain(entry.returns.iter().map(|returned| &returned.ty));
        for of in types.chain(&entry.overloads) {
            for name in classes(of) {
                if docs::lookup(name).is_none_or(|found| found.name != name) {
                    unknown.push(format!("{}: `{name}`", entry.name));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn classes(of: &docs::Type) -> Vec<&str> {
    use docs::Type::{Callback, Class, List, Map, Record, Union};
    match of {
        Class(name) => vec![name],
        List(item) => classes(item),
        Map(key, value) => [classes(key), classes(value)].concat(),
        Record(fields) => fields.iter().flat_map(|(_, of, _)| classes(of)).collect(),
        Callback { params, returns } => {
            let params = params.iter().flat_map(|(_, of)| classes(of));
            params
                .chain(returns.iter().flat_map(|of| classes(of)))
                .collect()
        }
        Union(types) => types.iter().flat_map(classes).collect(),
        _ => Vec::new(),
    }
}

/// `dev` and `prod` are sessions on the two sides of the first workflow, as the examples presume.
fn project(run: Runner) -> (Runner, [Database; 2]) {
    let databases = [Database::law_dev(dev()), Database::law_prod(prod())];
    let run = run
        .target("dev", &databases[0])
        .target("prod", &databases[1]);
    (run, databases)
}

fn playbook(entry: &Entry) -> String {
    let example = entry.example.as_deref().unwrap_or_default();
    let opens = |name: &str| example.contains(&format!("{name} =")) || !example.contains(name);
    let mut text = String::new();
    if !opens("dev") || example.contains("= dev") {
        text.push_str("local dev = connect(\"dev\", { write = true })\n");
    }
    if example.contains("prod") {
        text.push_str("local prod = connect(\"prod\", { write = true })\n");
    }
    text + example
}

#[track_caller]
fn runs(entries: impl Iterator<Item = &'static Entry>, prepare: impl Fn(Runner, String) -> Runner) {
    let mut ran = 0;
    for entry in entries {
        let (run, _databases) = project(Runner::new());
        prepare(run, playbook(entry)).success();
        ran += 1;
    }
    assert!(ran > 0);
}

fn is_of(entry: &Entry, owners: &[&str]) -> bool {
    entry.owner().is_some_and(|owner| owners.contains(&owner))
        || owners.contains(&entry.name.as_str())
}

const CONTAINERS: [&str; 2] = ["Container", "Host:container"];
const COMPOSE: [&str; 2] = ["Compose", "Host:compose"];
const COPIES: [&str; 1] = ["copy"];

/// `runner check` finds nothing in any of them: not in those that need a registry to run, either.
#[test]
fn nothing_is_wrong_with_any_example() {
    let (mut run, _databases) = project(Runner::new());
    for entry in functions() {
        let name = entry.name.replace([':', '.'], "_");
        run = run.file(&format!("examples/{name}.lua"), playbook(entry));
    }
    run.args(["check", "examples"]).success();
}

#[test]
fn the_examples_of_copies_run() {
    runs(
        functions().filter(|entry| is_of(entry, &COPIES)),
        |run, lua| run.playbook(&lua),
    );
}

#[test]
fn the_examples_that_need_no_container_run() {
    let others = |entry: &&Entry| {
        let elsewhere = [&CONTAINERS[..], &COMPOSE, &COPIES].concat();
        !is_of(entry, &elsewhere)
    };
    runs(functions().filter(others), |run, lua| {
        let question = "Delete the laws without sections?";
        run.playbook(&lua).args(["--confirm", question])
    });
}

#[test]
fn the_examples_of_containers_run() {
    let name = container().name();
    runs(
        functions().filter(|entry| is_of(entry, &CONTAINERS)),
        |run, lua| run.playbook(&lua.replace("shared_postgres", name)),
    );
}

#[test]
fn the_examples_of_compose_projects_run() {
    let name = container().name();
    let image = must(docker().args(["inspect", "--format", "{{.Config.Image}}", name]));
    let service = format!(
        "    image: {}\n    network_mode: none\n    stop_signal: SIGKILL\n    command: sleep 1000\n",
        image.trim()
    );
    let yaml = format!("version: '3'\nservices:\n  web:\n{service}  db:\n{service}");
    // What an image of a registry would be fetched for is not to be had here.
    let examples =
        functions().filter(|entry| is_of(entry, &COMPOSE) && entry.name != "Compose:pull");
    runs(examples, |run, lua| {
        let folder = run.path().display().to_string();
        removed_at_end(&format!("com.docker.compose.project.working_dir={folder}"));
        let up = format!("host():compose(\"{folder}\"):up {{}}\n");
        let lua = lua.replace("/srv/law", &folder);
        run.file("docker-compose.yml", &yaml).playbook(&(up + &lua))
    });
}
