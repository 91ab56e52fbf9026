//! The command line: what is ours, and what belongs to the playbook.
//!
//! Everything after FILE is the playbook's, `--help` too; only our own options may stand there as
//! well. clap cannot tell the two apart, so the words are split first, by the options that clap
//! itself knows, and clap sees only ours.

mod split;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, CommandFactory, Parser, Subcommand};

use super::{check, completions, man, repl, tunnel, types};
use crate::ui::Report;
use crate::ui::results::Format;
use split::Split;

/// What to do, and how.
#[derive(Debug)]
pub struct Args {
    pub options: Options,
    pub command: Command,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Runs a playbook with its own words.
    Run {
        file: PathBuf,
        words: Vec<String>,
    },
    /// Starts throw-away servers; without a playbook, a shell among them.
    Sandbox {
        file: Option<PathBuf>,
        words: Vec<String>,
    },
    Init,
    Protect {
        target: String,
    },
    Check(check::Words),
    List,
    Tunnel(tunnel::Words),
    Help {
        name: Option<String>,
    },
    /// Opens the prompt.
    Repl(repl::Words),
    Types(types::Words),
    Completions(completions::Words),
    Man(man::Words),
    /// What a shell's script asks: how the last word may go on.
    Complete(Vec<OsString>),
}

/// Why there is nothing to do.
#[derive(Debug)]
pub enum Stop {
    /// `--help` and `--version`: for stdout; the exit code is 0.
    Asked(String),
    /// For stderr; the exit code is 2.
    Usage(Box<Report>),
}

/// Options of every command; they may stand before and after FILE.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Use this file instead of the nearest `runner.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use this file instead of the `.env` beside `runner.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Answer the question for a protected target's phrase; may be repeated
    #[arg(long, global = true, value_name = "PHRASE or TARGET=PHRASE")]
    pub confirm: Vec<String>,
    /// Change nothing anywhere, and tell what would be changed
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Print only warnings, results and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Append all that happens to this file, with times
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    #[command(flatten)]
    pub results: Results,
    /// Tell more of what happens; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// How results are printed: for people, unless one of these is given.
#[derive(Debug, Default, Clone, Copy, clap::Args)]
pub struct Results {
    /// Print results as JSON lines
    #[arg(long, global = true)]
    json: bool,
    /// Print results as CSV
    #[arg(long, global = true, conflicts_with = "json")]
    csv: bool,
    /// Print results with tabs between columns, as COPY does
    #[arg(long, global = true, conflicts_with_all = ["json", "csv"])]
    tsv: bool,
}

impl Results {
    pub fn is_json(self) -> bool {
        self.format() == Format::Json
    }

    pub fn format(self) -> Format {
        match (self.json, self.csv, self.tsv) {
            (true, ..) => Format::Json,
            (_, true, _) => Format::Csv,
            (.., true) => Format::Tsv,
            _ => Format::Aligned,
        }
    }
}

/// What clap knows.
#[derive(Debug, Parser)]
#[command(
    name = "runner",
    version,
    about = "Runs playbooks that operate PostgreSQL",
    disable_help_subcommand = true,
    override_usage = "runner [OPTIONS] [FILE [--param value ...]]\n       runner [OPTIONS] COMMAND",
    after_help = "`runner FILE --help` tells the parameters of a playbook."
)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Named>,
}

#[derive(Debug, Subcommand)]
enum Named {
    /// Write `runner.toml`, `.env.example`, `.gitignore` lines and a first playbook
    Init,
    /// Start throw-away servers and run a playbook against them, or open a shell
    #[command(override_usage = "runner sandbox [OPTIONS] [FILE [--param value ...]]")]
    Sandbox,
    /// Store a target's phrase in its database, where every client of ours will find it
    Protect {
        /// A target of `runner.toml`
        target: String,
    },
    /// Find what is wrong with playbooks without running them
    Check(check::Words),
    /// List what can be run and required: playbooks of this project, modules of the program
    List,
    /// Tell about a command, or about what Lua programs may call: `copy.tables`
    Help {
        /// A command, a function, a module or a class; all of them without one
        name: Option<String>,
    },
    /// Open a way to a target for other programs, until Ctrl-C or as long as COMMAND runs
    Tunnel(tunnel::Words),
    /// Open a prompt for Lua and SQL, as `runner` without words does
    Repl(repl::Words),
    /// Write declarations of all there is in Lua, for an editor's language server
    Types(types::Words),
    /// Print the script with which a shell completes commands, playbooks and their parameters
    Completions(completions::Words),
    /// Write the man pages
    Man(man::Words),
}

/// Reads the words after the program's name.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Args, Stop> {
    let mut words = words.into_iter().peekable();
    if words.next_if(|word| word == completions::ASKED).is_some() {
        // None of them is for us.
        return Ok(Args {
            options: Options::default(),
            command: Command::Complete(words.collect()),
        });
    }
    let clap = Cli::command();
    let split = Split::of(&clap, words)?;
    let program = std::iter::once(OsString::from("runner"));
    let cli = Cli::try_parse_from(program.chain(split.ours)).map_err(|error| stop(&error))?;
    let words = split
        .words
        .into_iter()
        .map(text)
        .collect::<Result<_, _>>()?;
    let command = match (cli.command, split.file) {
        (None, Some(file)) => Command::Run { file, words },
        (Some(Named::Sandbox), file) => Command::Sandbox { file, words },
        (Some(Named::Init), _) => Command::Init,
        (Some(Named::Protect { target }), _) => Command::Protect { target },
        (Some(Named::Check(words)), _) => Command::Check(words),
        (Some(Named::List), _) => Command::List,
        (Some(Named::Help { name }), _) => Command::Help { name },
        (Some(Named::Tunnel(words)), _) => Command::Tunnel(words),
        (Some(Named::Repl(words)), _) => Command::Repl(words),
        (Some(Named::Types(words)), _) => Command::Types(words),
        (Some(Named::Completions(words)), _) => Command::Completions(words),
        (Some(Named::Man(words)), _) => Command::Man(words),
        (None, None) => Command::Repl(repl::Words::default()),
    };
    Ok(Args {
        options: cli.options,
        command,
    })
}

/// All that clap knows, with the options of every command in each.
pub fn clap() -> clap::Command {
    let mut clap = Cli::command();
    clap.build();
    clap
}

/// Name and summary of each command.
pub fn commands() -> Vec<(String, String)> {
    let clap = Cli::command();
    let named = clap
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
    named
        .map(|command| {
            (
                command.get_name().to_owned(),
                about(command).unwrap_or_default(),
            )
        })
        .collect()
}

/// What `--help` of a command prints.
pub fn help_of(command: &str) -> Option<String> {
    let mut clap = clap();
    let found = clap.find_subcommand_mut(command)?;
    Some(found.render_help().to_string())
}

fn text(word: OsString) -> Result<String, Stop> {
    word.into_string()
        .map_err(|word| usage(&format!("`{}` is not UTF-8", word.display())))
}

fn usage(message: &str) -> Stop {
    with_help(message, "`runner --help` lists commands and options")
}

fn with_help(message: &str, help: &str) -> Stop {
    Stop::Usage(Box::new(Report {
        kind: "usage",
        help: Some(help.to_owned()),
        ..Report::new(message)
    }))
}

/// clap's texts as ours: its first paragraph says what is wrong, its `tip` what was meant.
fn stop(error: &clap::Error) -> Stop {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return Stop::Asked(text);
    }
    let text = text.trim_start_matches("error: ").replace('\'', "`");
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let message = paragraphs.next().unwrap_or_default();
    match paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: ")) {
        // A second line would tell how to pass a slip on.
        Some(tip) => with_help(message, tip.lines().next().unwrap_or(tip)),
        None => usage(message),
    }
}

#[cfg(test)]
mod tests;
