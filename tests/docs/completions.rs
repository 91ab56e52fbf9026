//! What the shells themselves complete, from the scripts that `runner completions` prints.

use std::path::Path;
use std::process::Command;

use crate::support::{Runner, Terminal, must};

const PLAYBOOK: &str = r#"
    local args = playbook {
      summary = "Moves things",
      positional = "what",
      params = {
        what = { type = "string", choices = { "laws", "lists" } },
        since = { type = "timestamp", help = "only younger ones" },
        file_in = { type = "path" },
        careful = { type = "boolean", help = "look twice" },
        kinds = { type = "list", choices = { "one", "two" } },
      },
    }
"#;

fn project() -> Runner {
    Runner::new()
        .toml("[targets.development]\nurl = \"postgres://localhost/dev\"")
        .toml("[targets.production]\nurl = \"${NOT_SET}\"")
        .file("playbooks/move.lua", PLAYBOOK)
        .file("data.csv", "")
        .file("other.lua", "")
}

/// The folder of the program under test, in front of the PATH.
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_runner")).parent().unwrap();
    format!("{}:{}", program.display(), std::env::var("PATH").unwrap())
}

/// What bash offers for the words, the last of which is under the cursor.
fn bash(project: &Path, line: &str) -> Vec<String> {
    // As bash itself breaks a line: at blanks, and around : and =.
    let script = format!(
        "source <(runner completions bash)\n\
         COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=(); word=\n\
         for ((at = 0; at < COMP_POINT; at++)); do\n\
           c=${{COMP_LINE:at:1}}\n\
           case $c in\n\
             ' ') [[ -z $word ]] || COMP_WORDS+=(\"$word\"); word= ;;\n\
             [:=]) [[ -z $word ]] || COMP_WORDS+=(\"$word\"); COMP_WORDS+=(\"$c\"); word= ;;\n\
             *) word+=$c ;;\n\
           esac\n\
         done\n\
         [[ $c == [:=] ]] || COMP_WORDS+=(\"$word\")\n\
         COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
         _runner\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    offered(
        Command::new("bash").args(["--norc", "--noprofile", "-c", &script]),
        project,
    )
}

/// What fish offers, without its descriptions.
fn fish(project: &Path, line: &str) -> Vec<String> {
    let script = format!("runner completions fish | source; complete -C {line:?}");
    let home = project.join("home");
    std::fs::create_dir_all(&home).unwrap();
    offered(
        Command::new("fish")
            .args(["--no-config", "-c", &script])
            .env("HOME", home),
        project,
    )
}

fn offered(command: &mut Command, project: &Path) -> Vec<String> {
    let shown = must(command.current_dir(project).env("PATH", path()));
    let words = shown.lines().filter(|line| !line.is_empty());
    words
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

const CASES: &[(&str, &[&str])] = &[
    ("runner comp", &["completions"]),
    ("runner tunnel dev", &["development"]),
    ("runner protect prod", &["production"]),
    ("runner repl development prod", &["production"]),
    ("runner types --schema dev", &["development"]),
    ("runner help copy.tab", &["copy.tables"]),
    ("runner completions ", &["bash", "fish", "zsh"]),
    ("runner --dry", &["--dry-run"]),
    ("runner tunnel --po", &["--port"]),
    ("runner playbooks/mo", &["playbooks/move.lua"]),
    ("runner playbooks/move.lua --si", &["--since"]),
    ("runner playbooks/move.lua --no", &["--no-careful"]),
    ("runner playbooks/move.lua --file-in da", &["data.csv"]),
    ("runner playbooks/move.lua l", &["laws", "lists"]),
    (
        "runner --quiet playbooks/move.lua laws --care",
        &["--careful"],
    ),
    ("runner sandbox playbooks/move.lua la", &["laws"]),
    ("runner playbooks/move.lua laws l", &[]),
    ("runner --config da", &["data.csv"]),
    ("runner oth", &["other.lua"]),
];

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words.dedup();
    words
}

#[test]
fn bash_completes_commands_targets_playbooks_and_parameters() {
    let run = project();
    let run = run.args(["list"]).success();
    for (line, expected) in CASES {
        assert_eq!(sorted(bash(run.project.path(), line)), *expected, "{line}");
    }
    // Bash keeps what stands before its breaks.
    for (line, expected) in [
        ("runner help Db:qu", &["query"][..]),
        ("runner playbooks/move.lua --kinds=one,t", &["one,two"]),
        ("runner playbooks/move.lua --kinds=", &["one", "two"]),
    ] {
        assert_eq!(sorted(bash(run.project.path(), line)), *expected, "{line}");
    }
}

#[test]
fn fish_completes_the_same() {
    let run = project().args(["list"]).success();
    for (line, expected) in CASES {
        assert_eq!(sorted(fish(run.project.path(), line)), *expected, "{line}");
    }
    assert_eq!(fish(run.project.path(), "runner help Db:qu"), ["Db:query"]);
}

#[test]
fn zsh_completes_at_its_prompt() {
    let run = project().args(["list"]).success();
    let folder = run.project;
    let zdotdir = folder.path().join("zsh");
    std::fs::create_dir_all(&zdotdir).unwrap();
    let rc = "PS1='ready> '\nautoload -Uz compinit && compinit -u -D\nsource <(runner completions zsh)\nunsetopt beep\n";
    std::fs::write(zdotdir.join(".zshrc"), rc).unwrap();
    let mut zsh = Command::new("zsh");
    zsh.args(["-d", "-i"])
        .env("ZDOTDIR", &zdotdir)
        .env("HOME", &zdotdir)
        .env("TERM", "xterm")
        .env("PATH", path());
    let terminal = Terminal::start(&zsh, folder);
    terminal.wait_for("ready>");
    for (typed, completed) in [
        ("runner tunnel dev", "runner tunnel development"),
        ("runner help Db:qu", "runner help Db:query"),
        (
            "runner playbooks/move.lua --si",
            "runner playbooks/move.lua --since",
        ),
        (
            "runner playbooks/move.lua --file-in da",
            "runner playbooks/move.lua --file-in data.csv",
        ),
        ("runner oth", "runner other.lua"),
    ] {
        terminal.type_keys(typed);
        terminal.press("Tab");
        terminal.wait_for(&format!("ready> {completed}"));
        terminal.press("C-u");
    }
    // Several are listed with what they mean.
    terminal.type_keys("runner playbooks/move.lua --");
    terminal.press("Tab");
    terminal.wait_for("only younger ones");
}
