//! Random schemas with random rows, copied in each mode by a superuser and by a plain owner: the target has
//! what the mode promises, to the row, and triggers, keys and all else are as they were.
//!
//! `RUNNER_CASES=1000` tries more, `RUNNER_SEED` others. What fails is made smaller and shown as SQL.

mod model;
mod values;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use runner::copy::{ForeignKeys, Mode, tables};

use super::{Pair, number, open_as, options};
use crate::direct::run;
use crate::support::Database;
use model::{Model, Side, model};

const CONTENTS: &str = include_str!("contents.sql");

#[derive(Debug, Clone, Copy)]
enum Role {
    Superuser,
    Owner,
}

/// How one copy is made.
#[derive(Debug, Clone, Copy)]
struct Manner {
    mode: Mode,
    foreign_keys: ForeignKeys,
    jobs: usize,
}

#[test]
fn a_superuser_copies_any_schema_in_any_mode() {
    holds(Role::Superuser, "postgres", 24);
}

#[test]
fn a_plain_owner_copies_any_schema_in_any_mode() {
    holds(Role::Owner, "random_owner", 24);
}

#[track_caller]
fn holds(role: Role, name: &str, cases: u32) {
    let pair = Pair::different("", "");
    if let Role::Owner = role {
        for database in [&pair.from, &pair.to] {
            run(open_as(database, name));
        }
    }
    let seed = number("RUNNER_SEED").unwrap_or(4);
    let mut runner = TestRunner::new(Config {
        cases: number("RUNNER_CASES").unwrap_or(cases),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    });
    let result = runner.run(&(manner(role), model()), |(manner, model)| {
        case(&pair, role, name, manner, model)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, (manner, _))) => {
            panic!("with RUNNER_SEED={seed}, as {role:?}, {manner:?}: {reason}")
        }
        Err(error) => panic!("{error}"),
    }
}

fn manner(role: Role) -> impl Strategy<Value = Manner> {
    let modes = vec![
        Mode::Replace,
        Mode::Append,
        Mode::Upsert,
        Mode::Insert,
        Mode::Mirror,
    ];
    let ways = match role {
        Role::Superuser => vec![ForeignKeys::Auto, ForeignKeys::Replica, ForeignKeys::Drop],
        Role::Owner => vec![ForeignKeys::Auto, ForeignKeys::Drop],
    };
    let (modes, ways) = (prop::sample::select(modes), prop::sample::select(ways));
    (modes, ways, prop::sample::select(vec![1, 3])).prop_map(|(mode, foreign_keys, jobs)| Manner {
        mode,
        foreign_keys,
        jobs,
    })
}

fn case(
    pair: &Pair,
    role: Role,
    name: &str,
    manner: Manner,
    mut model: Model,
) -> Result<(), TestCaseError> {
    let mode = manner.mode;
    match mode {
        Mode::Append => model.apart(),
        Mode::Upsert | Mode::Insert | Mode::Mirror => model.tables.retain(model::Table::has_key),
        Mode::Replace => {}
    }
    prop_assume!(!model.tables.is_empty());
    let (source, target) = (model.sql(Side::Source, name), model.sql(Side::Target, name));
    let wrong = |what: String| {
        TestCaseError::fail(format!(
            "{what}\n--- source\n{source}\n--- target\n{target}"
        ))
    };
    pair.from.query(&source);
    pair.to.query(&target);
    let (rows, before, state) = (contents(&pair.from), contents(&pair.to), rest(&pair.to));
    let copied = run(async {
        let (from, to) = match role {
            Role::Superuser => {
                let (from, to, _) = pair.sessions().await;
                (from, to)
            }
            Role::Owner => (
                open_as(&pair.from, name).await,
                open_as(&pair.to, name).await,
            ),
        };
        let mut options = options(&from, &to, mode, &["*.*"]);
        options.guards.foreign_keys = manner.foreign_keys;
        options.work.jobs = Some(manner.jobs);
        tables(&options).await
    });
    copied.map_err(|error| wrong(error.to_string()))?;
    let now = contents(&pair.to);
    let promised = promised(mode, &rows, &before);
    if now != promised {
        return Err(wrong(difference("rows", &promised, &now)));
    }
    if rest(&pair.to) != state {
        return Err(wrong(difference("state", &state, &rest(&pair.to))));
    }
    Ok(())
}

/// The rows that the target must have behind a copy.
fn promised(mode: Mode, source: &[String], before: &[String]) -> Vec<String> {
    // The table and the number of a row.
    let key = |row: &String| row.splitn(3, '|').take(2).collect::<Vec<_>>().join("|");
    let keys: BTreeSet<_> = source.iter().map(key).collect();
    let mut rows = source.to_vec();
    match mode {
        Mode::Replace | Mode::Mirror => {}
        Mode::Insert => {
            let there: BTreeSet<_> = before.iter().map(key).collect();
            rows.retain(|row| !there.contains(&key(row)));
            rows.extend_from_slice(before);
        }
        Mode::Append => rows.extend_from_slice(before),
        Mode::Upsert => rows.extend(
            before
                .iter()
                .filter(|row| !keys.contains(&key(row)))
                .cloned(),
        ),
    }
    rows.sort();
    rows
}

fn contents(database: &Database) -> Vec<String> {
    let rows = database.query(CONTENTS);
    let mut rows: Vec<_> = rows.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

/// All that no copy changes.
fn rest(database: &Database) -> Vec<String> {
    let state = database.state();
    let is_rest = |line: &&str| !line.starts_with("rows") && !line.starts_with("sequence");
    state.lines().filter(is_rest).map(str::to_owned).collect()
}

fn difference(what: &str, expected: &[String], is: &[String]) -> String {
    let lacking = expected.iter().filter(|line| !is.contains(line));
    let surplus = is.iter().filter(|line| !expected.contains(line));
    let lines: Vec<_> = lacking
        .map(|line| format!("  expected {line}"))
        .chain(surplus.map(|line| format!("  there is {line}")))
        .collect();
    format!(
        "{what} differ ({} and {}):\n{}",
        expected.len(),
        is.len(),
        lines.join("\n")
    )
}
