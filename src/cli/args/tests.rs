use super::*;

fn read(line: &str) -> Result<Args, Stop> {
    parse(line.split_whitespace().map(OsString::from))
}

fn run(file: &str, words: &[&str]) -> Command {
    Command::Run {
        file: file.into(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    }
}

#[track_caller]
fn refused(line: &str, message: &str, help: &str) {
    let Err(Stop::Usage(report)) = read(line) else {
        panic!("taken: {line}")
    };
    assert_eq!(
        (report.message.as_str(), report.help.as_deref()),
        (message, Some(help)),
        "{line}"
    );
}

#[test]
fn clap_accepts_the_definition() {
    Cli::command().debug_assert();
}

#[test]
fn our_options_may_stand_before_and_after_the_file() {
    let args = read("-v --confirm A --config=c.toml p/x.lua lat --since 3 --confirm prod=B --dry-run -qv --help").unwrap();
    assert_eq!(
        args.command,
        run("p/x.lua", &["lat", "--since", "3", "--help"])
    );
    let options = args.options;
    assert_eq!(options.config, Some("c.toml".into()));
    assert_eq!(
        (
            options.verbose,
            options.quiet,
            options.dry_run,
            options.results.json
        ),
        (2, true, true, false)
    );
    assert_eq!(options.confirm, ["A", "prod=B"]);
}

#[test]
fn two_dashes_leave_the_rest_to_the_playbook() {
    let args = read("x.lua --json -- --json -v").unwrap();
    assert!(args.options.results.json);
    assert_eq!(args.command, run("x.lua", &["--", "--json", "-v"]));
}

#[test]
fn commands_take_their_own_words() {
    let command = |line| read(line).unwrap().command;
    assert_eq!(command("init"), Command::Init);
    assert_eq!(command("--quiet list"), Command::List);
    assert_eq!(command("-q"), Command::Repl(repl::Words::default()));
    assert_eq!(
        command("repl dev prod --csv"),
        Command::Repl(repl::Words {
            targets: vec!["dev".to_owned(), "prod".to_owned()],
        })
    );
    assert_eq!(
        command("protect prod --json"),
        Command::Protect {
            target: "prod".to_owned()
        }
    );
    assert_eq!(
        command("sandbox"),
        Command::Sandbox {
            file: None,
            words: vec![]
        }
    );
    assert_eq!(
        command("sandbox --confirm GO x.lua list --help"),
        Command::Sandbox {
            file: Some("x.lua".into()),
            words: vec!["list".to_owned(), "--help".to_owned()]
        }
    );
}

#[test]
fn a_tunnel_takes_a_command_behind_two_dashes() {
    let line = "--quiet tunnel prod --port 6000 --confirm GO -- psql --port 1 -- x.lua";
    let args = read(line).unwrap();
    assert!(args.options.quiet);
    assert_eq!(args.options.confirm, ["GO"]);
    assert_eq!(
        format!("{:?}", args.command),
        r#"Tunnel(Words { target: "prod", port: Some(6000), command: ["psql", "--port", "1", "--", "x.lua"] })"#
    );
    let help = "`runner --help` lists commands and options";
    refused(
        "tunnel prod --prot 1",
        "unexpected argument `--prot` found",
        "a similar argument exists: `--port`",
    );
    refused("tunnel prod psql", "unexpected argument `psql` found", help);
    refused(
        "tunnel prod --port 0",
        "invalid value `0` for `--port <N>`: 0 is not in 1..=65535",
        help,
    );
}

#[test]
fn what_is_not_understood_is_told_with_what_was_meant() {
    let help = "`runner --help` lists commands and options";
    refused(
        "lst",
        "`lst` is neither a command nor a `.lua` file, did you mean `list`",
        help,
    );
    refused(
        "sandbox x.txt",
        "`x.txt` is neither a command nor a `.lua` file",
        help,
    );
    refused(
        "--dryrun x.lua",
        "unexpected argument `--dryrun` found",
        "a similar argument exists: `--dry-run`",
    );
    refused(
        "protect",
        "the following required arguments were not provided:\n  <TARGET>",
        help,
    );
    refused("list x", "unexpected argument `x` found", help);
    let missing =
        "a value is required for `--confirm <PHRASE or TARGET=PHRASE>` but none was supplied";
    refused("x.lua --confirm", missing, help);
}

#[test]
fn help_and_version_are_answers() {
    for line in ["--help", "--version", "sandbox --help", "--help x.lua"] {
        assert!(matches!(read(line), Err(Stop::Asked(_))), "{line}");
    }
}
