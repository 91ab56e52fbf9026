//! Which of several servers is taken, and what becomes of the words of an address. What psql does with the same url
//! is the expected value wherever it knows the words.

mod chosen;
pub mod standby;
mod words;

use std::process::Command;

use runner::sandbox::Bin;

use crate::support::{Runner, output};

/// What a client saw of a url: the port of the server that let it in, or that none did.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Server(String),
    None,
}

const WHERE: &str = "SELECT inet_server_port()";

/// What psql makes of a url.
fn psql(url: &str) -> Outcome {
    let program = Bin::find().unwrap().program("psql");
    let mut psql = Command::new(program);
    let asked = psql.env_clear().args(["-XAtc", WHERE, url]);
    let answer = output(asked);
    if answer.status.success() {
        Outcome::Server(String::from_utf8(answer.stdout).unwrap().trim().to_owned())
    } else {
        Outcome::None
    }
}

/// What we make of each url, all in one run.
fn ours(urls: &[String]) -> Vec<Outcome> {
    let lua = format!(
        r#"
        for url in io.lines "urls" do
          local ok, port = pcall(function() return connect({{ url = url }}):value "{WHERE}" end)
          print(ok and port or "none")
        end"#
    );
    let ran = Runner::new()
        .file("urls", urls.join("\n"))
        .playbook(&lua)
        .success();
    let outcome = |line: &str| match line {
        "none" => Outcome::None,
        port => Outcome::Server(port.to_owned()),
    };
    ran.stdout.lines().map(outcome).collect()
}

/// Fails unless we make of each url what psql makes of it.
#[track_caller]
fn same_as_psql(urls: &[String]) {
    let ours = ours(urls);
    let psql: Vec<_> = urls.iter().map(|url| psql(url)).collect();
    assert_eq!(ours.len(), urls.len());
    assert!(psql.iter().any(|outcome| *outcome != Outcome::None));
    let differences: Vec<_> = urls
        .iter()
        .zip(ours.into_iter().zip(psql))
        .filter(|(_, (ours, psql))| ours != psql)
        .map(|(url, (ours, psql))| format!("{url}\n  ours {ours:?}, psql {psql:?}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
