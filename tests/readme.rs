//! The README is run: its two commands, its configuration, every playbook in it, and the picture of a run.

use std::path::Path;
use std::process::Command;

use crate::repl::Screen;
use crate::support::{Database, Runner, dev, must};

const README: &str = include_str!("../README.md");

/// The fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let after = README.split(fence.as_str()).skip(1);
    after
        .map(|text| text.split("```").next().unwrap())
        .collect()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What differs from run to run, put out of sight: times, ports, folders, systems.
fn steady(text: &str) -> String {
    text.lines()
        .map(|line| steady_line(line.trim_end()) + "\n")
        .collect()
}

fn steady_line(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut steady = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index
            .checked_sub(1)
            .and_then(|index| words.get(index))
            .copied();
        let after = words
            .get(index + 1)
            .copied()
            .map(|word| word.trim_end_matches([')', ',']));
        let number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.');
        steady.push(match *word {
            word if word.contains("127.0.0.1:") => "ADDRESS",
            word if word.contains("runner-sandbox-") => "FOLDER",
            word if word.contains('.') && before == Some("PostgreSQL") => "VERSION",
            _ if before == Some("system") => "SYSTEM",
            "ms" | "s" => "s",
            _ if number && matches!(after, Some("ms" | "s")) => "N",
            word => word,
        });
    }
    steady.join(" ")
}

#[test]
fn the_first_command_sets_up_and_promotes_and_looks_like_its_picture() {
    let command = blocks("sh")[0].trim();
    let (setup, run) = command.split_once(" && cargo run -- ").unwrap();
    must(
        Command::new("sh")
            .args(["-c", setup])
            .current_dir(repository()),
    );
    // The sandbox is found by its own configuration, so the run may start anywhere.
    let run = run.replace(
        "playbooks/",
        &format!("{}/playbooks/", repository().display()),
    );
    let ran = Runner::new().args(words(&run)).success();
    assert_eq!(
        steady(&(ran.stderr + &ran.stdout)),
        steady(blocks("text")[0])
    );
}

#[test]
fn the_second_command_is_what_ci_runs() {
    assert_eq!(blocks("sh")[1].trim(), "tests/setup --tests && cargo test");
    let ci = std::fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(ci.contains("README.md"), "{ci}");
}

#[test]
fn the_tunnel_around_a_command_is_one() {
    let (_, run) = blocks("sh")[2].split_once("runner ").unwrap();
    let database = Database::law_prod(dev());
    let rows = database.query("SELECT count(*) FROM uk_lrt");
    let ran = Runner::new()
        .target("prod", &database)
        .args(words(run))
        .success();
    assert!(ran.stdout.contains(&rows), "{}", ran.stdout);
}

#[test]
fn the_configuration_is_one() {
    let env = "DEV_DATABASE_URL=postgres://postgres@127.0.0.1/dev\n";
    Runner::new()
        .toml(blocks("toml")[0])
        .file(".env", env)
        .playbook("print 'read'")
        .stdout("read\n")
        .success();
}

#[test]
fn every_playbook_runs_in_the_sandbox() {
    let playbooks = blocks("lua");
    assert!(!playbooks.is_empty());
    for playbook in playbooks {
        let args = ["sandbox", "playbook.lua", "--confirm", "MIGRATE PRODUCTION"];
        Runner::new()
            .file("playbook.lua", playbook)
            .args(args)
            .success();
    }
}

/// The words of a command line; only double quotes are used in ours.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// What is typed in the README's session stands behind one of these.
const PROMPTS: [&str; 5] = [
    "$ ",
    "dev=> ",
    "dev=*> ",
    "prod=> ",
    "To write to `prod`, type MIGRATE PRODUCTION: ",
];

/// The prompt of a line, and what is typed behind it.
fn typed(line: &str) -> Option<(&'static str, &str)> {
    let prompts = PROMPTS.into_iter();
    prompts
        .filter_map(|prompt| Some((prompt, line.strip_prefix(prompt)?)))
        .find(|(_, typed)| !typed.is_empty())
}

#[test]
fn somebodys_first_five_minutes_go_as_pictured() {
    let session = blocks("console")[0];
    let runner = Runner::new().env("SHELL", "/bin/sh").env("PS1", "$ ");
    let (first, rest) = session.split_once('\n').unwrap();
    let mut screen = Screen::start(runner, &[first.strip_prefix("$ runner ").unwrap()]);
    let lines = rest.lines().filter_map(typed);
    for (passed, (prompt, line)) in lines.enumerate() {
        screen.wait_transcript(&format!("{prompt:?} is there to type {line:?}"), |text| {
            let begin = |line: &&str| {
                PROMPTS
                    .iter()
                    .any(|prompt| line.starts_with(prompt.trim_end()))
            };
            let prompts = text.lines().filter(begin).count();
            prompts == passed + 1 && text.lines().last() == Some(prompt.trim_end())
        });
        screen.type_line(line);
    }
    screen.wait_transcript("all is removed", |text| text.ends_with("sandbox: removed"));
    let shown = format!("{first}\n{}\n", screen.transcript());
    assert_eq!(steady(&shown), steady(session));
}
