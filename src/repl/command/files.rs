//! Statements again, files and editors.

use std::io::Write;
use std::path::Path;
use std::process::ExitStatus;

use super::{Source, Words};
use crate::host::shown;
use crate::repl::history::bears_a_secret;
use crate::repl::results::{Sink, shell};
use crate::repl::session::Session;
use crate::repl::{Flow, Result, Trouble, watch};

/// `\g`, `\gx`, `\gset` and `\watch` on a line of their own: with the last statement.
pub async fn run_again(session: &mut Session, source: &mut Source, words: Words) -> Result<Flow> {
    let last = session.last.clone();
    if last.is_empty() {
        let name = &words.name;
        return Err(Trouble::failed(format!(
            "no statement was run that `\\{name}` could run again"
        )));
    }
    if words.name.as_str() == "watch" {
        watch::run(session, &last, &words).await
    } else {
        let then = format!("{} {}", words.name, words.text);
        session.run_sql(&last, Some(&then), source).await
    }
}

/// `\e`
pub async fn editor(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    edit(session, &words)
}

/// Has the last statement edited; what comes of it is run.
pub fn edit(session: &mut Session, words: &Words) -> Result<Flow> {
    if let Some(got) = words.first() {
        return Err(Trouble::usage(format!(
            "`\\{}` takes nothing, got `{got}`; it edits the last statement, and `\\i FILE` runs a file",
            words.name
        )));
    }
    let failed =
        |error: std::io::Error| Trouble::failed(format!("cannot edit the statement: {error}"));
    // Nobody else may read it.
    let mut file = tempfile::Builder::new()
        .prefix("runner-")
        .suffix(".sql")
        .tempfile()
        .map_err(failed)?;
    let ending = if session.last.is_empty() { "" } else { ";" };
    let given = format!("{}{ending}\n", session.last);
    file.write_all(given.as_bytes()).map_err(failed)?;
    file.flush().map_err(failed)?;
    let set = |name| {
        std::env::var(name)
            .ok()
            .filter(|value: &String| !value.is_empty())
    };
    let editor = set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| if cfg!(windows) { "notepad" } else { "vi" }.to_owned());
    let path = file.path().display().to_string();
    let word = if cfg!(windows) {
        format!("\"{path}\"")
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    };
    let status = run(session, &format!("{editor} {word}")).map_err(failed)?;
    if !status.success() {
        return Err(Trouble::failed(format!(
            "`{editor}` ended with {status}; nothing was run"
        )));
    }
    let text = std::fs::read_to_string(file.path()).map_err(failed)?;
    // Whoever leaves the editor as he came wants nothing.
    if text == given {
        session
            .note("nothing was changed, and nothing is run; `\\g` runs the last statement again");
        return Ok(Flow::GoesOn);
    }
    // What is shown is in the log, too.
    session.note(if bears_a_secret(&text) {
        "what was edited is run"
    } else {
        text.trim_end()
    });
    Ok(Flow::Runs(text))
}

/// `\i FILE`
pub async fn include(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let path = Path::new(named(&words)?);
    if path.extension().is_none_or(|extension| extension != "lua") {
        return Ok(Flow::RunsFile(path.to_owned()));
    }
    let name = shown(path);
    let text = std::fs::read_to_string(path)
        .map_err(|error| Trouble::failed(format!("cannot read `{name}`: {error}")))?;
    let values = session.lua.run_file(&name, &text).await?;
    let values: Vec<_> = values.into_iter().collect();
    session.echo(&values)?;
    Ok(Flow::GoesOn)
}

/// Runs a command, which has the terminal until it ends.
fn run(session: &Session, command: &str) -> std::io::Result<ExitStatus> {
    let reporter = &session.context().options.reporter;
    reporter.lend(true);
    let status = shell(command).status();
    reporter.lend(false);
    status
}

/// `\! COMMAND`
pub async fn run_shell(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    if words.text.is_empty() {
        return Err(Trouble::usage("`\\!` needs a command"));
    }
    let failed = |error| Trouble::failed(format!("cannot run `{}`: {error}", words.text));
    let status = run(session, &words.text).map_err(failed)?;
    if !status.success() {
        session.note(format!("the command ended with {status}"));
    }
    Ok(Flow::GoesOn)
}

/// `\o [FILE or |COMMAND]`
pub async fn output(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    if let Some(sink) = session.results.sink.take() {
        sink.finish()?;
    }
    if !words.text.is_empty() {
        session.results.sink = Some(Sink::open(&words.text)?);
    }
    Ok(Flow::GoesOn)
}

/// `\record FILE`
pub async fn record(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let file = named(&words)?;
    let lua = &session.lua;
    let only_gives = |text: &str| lua.only_gives(text);
    session.record.write(Path::new(file), only_gives)?;
    session.note(format!("`runner {file}` does it again"));
    Ok(Flow::GoesOn)
}

fn named(words: &Words) -> Result<&str> {
    if words.text.is_empty() {
        return Err(Trouble::usage(format!("`\\{}` needs a file", words.name)));
    }
    Ok(&words.text)
}
