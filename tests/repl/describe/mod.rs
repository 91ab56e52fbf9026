//! What describes things, compared with psql on a database of everything that there is to describe.

mod messages;

use std::process::Command;
use std::time::Instant;

use runner::pg::Session;
use runner::progress::Cell;
use runner::repl::describe::{self, Part};

use crate::direct;
use crate::support::{Database, PATIENCE, dev, must, servers};

const NASTY: &str = include_str!("../nasty.sql");
const NASTY_18: &str = include_str!("../nasty_18.sql");

/// Between two commands of one psql.
const END: &str = "-- end of a command";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

fn older() -> Database {
    Database::with(dev(), NASTY)
}

fn newer() -> Database {
    Database::with(servers::newer(), &[NASTY, NASTY_18].concat())
}

/// What the newest psql prints for each command: cells apart, and without the lines that only a table's form has.
fn psql(database: &Database, commands: &[String]) -> Vec<String> {
    let mut psql = Command::new(servers::newer_program("psql"));
    psql.args(["-X", "-A", "-P", "footer=off", "-F", "\u{1f}"])
        .env("PGTZ", "UTC")
        .arg(database.url());
    for command in commands {
        psql.args([
            "-c",
            &format!("\\{command}"),
            "-c",
            &format!("\\echo {END}"),
        ]);
    }
    let printed = must(&mut psql);
    let answers = printed.split(END).map(|answer| {
        let lines = answer.lines().filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    });
    answers.take(commands.len()).collect()
}

/// The same of ours.
async fn ours(session: &Session, command: &str) -> String {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    let parts = describe::run(session, name, rest).await;
    let parts = parts.unwrap_or_else(|error| panic!("\\{command}: {error}"));
    let mut lines = Vec::new();
    for part in parts {
        match part {
            Part::Table(table) => {
                lines.push(table.title);
                lines.push(joined(table.columns.into_iter().map(|column| column.name)));
                let text = |cell: Cell| cell.text.unwrap();
                let rows = table.rows.into_iter();
                lines.extend(rows.map(|row| joined(row.into_iter().map(text))));
            }
            Part::Lines(more) => lines.extend(more),
        }
    }
    let lines = lines.iter().flat_map(|line| line.lines());
    let lines = lines.filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join("\u{1f}")
}

/// Sizes change while one looks: what differs is looked at again.
#[track_caller]
fn same_as_psql(database: &Database, commands: &[&str]) {
    let commands: Vec<String> = commands.iter().map(|c| (*c).to_owned()).collect();
    let begun = Instant::now();
    run(async {
        let (session, _) = direct::open(database).await;
        session.execute("SET TimeZone = 'UTC'", &[]).await.unwrap();
        loop {
            let expected = psql(database, &commands);
            let mut found = Vec::new();
            for command in &commands {
                found.push(ours(&session, command).await);
            }
            let pairs = found.iter().zip(&expected).zip(&commands);
            let differing = pairs
                .filter(|((ours, psqls), _)| ours != psqls)
                .collect::<Vec<_>>();
            if differing.is_empty() {
                return;
            }
            let sizes = differing.iter().all(|(_, command)| command.contains('+'));
            if !sizes || begun.elapsed() > PATIENCE {
                let told = differing.iter().map(|((ours, psqls), command)| {
                    let only = |of: &str, other: &str| {
                        let lines = of.lines().filter(|line| !other.lines().any(|o| o == *line));
                        lines.collect::<Vec<_>>().join("\n")
                    };
                    let (missing, extra) = (only(psqls, ours), only(ours, psqls));
                    format!("\\{command}\n--- psql only\n{missing}\n--- ours only\n{extra}\n")
                });
                let told = told.collect::<Vec<_>>().concat();
                panic!("{} commands differ from psql\n{told}", differing.len());
            }
        }
    });
}

const RELATIONS: &[&str] = &[
    "d parent",
    "d+ parent",
    "d child",
    "d guarded",
    "d unguarded",
    "d \"We ird\".*",
    "d+ \"We ird\".*",
    "d audit.*",
    "d+ audit.*",
    "d measure*",
    "d+ measure*",
    "d+ lonely",
    "d reading",
    "d base",
    "d+ base",
    "d+ derived",
    "d derived_too",
    "d seen",
    "d+ seen",
    "d fenced",
    "d+ fenced",
    "d kept",
    "d+ kept",
    "d counter",
    "d+ \"Count er\"",
    "d parent_id_seq",
    "d child_id_seq",
    "d far",
    "d+ far",
    "d parent_*",
    "d+ \"Idx upper\"",
    "d code_once",
    "d pg_catalog.pg_class",
    "d+ pg_catalog.pg_type",
];

#[test]
fn a_relation_in_full_is_what_psql_tells_of_it() {
    same_as_psql(&older(), RELATIONS);
}

#[test]
fn a_relation_in_full_is_what_psql_tells_of_it_at_a_newer_server() {
    same_as_psql(&newer(), RELATIONS);
    same_as_psql(&newer(), &["d modern", "d+ modern*", "d once", "d+ child"]);
}

#[test]
fn a_toast_table_names_the_table_that_it_belongs_to() {
    let database = older();
    let toast =
        database.query("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'parent'");
    same_as_psql(&database, &[&format!("d {toast}"), &format!("d+ {toast}")]);
}

fn lists(database: &Database) -> Vec<String> {
    let lists = [
        "d",
        "d+",
        "dt",
        "dt+",
        "dv",
        "dv+",
        "dm+",
        "di",
        "di+",
        "ds",
        "ds+",
        "dE+",
        "dtv",
        "dn",
        "dn+",
        "dn public",
        "dnS",
        "df",
        "df+",
        "dfn",
        "dfp audit.*",
        "dfa audit.*",
        "dft *.*",
        "dT",
        "dT+ audit.*",
        "dT \"We ird\".*",
        "dT int[]",
        "dx",
        "dx+",
        "dx+ plpgsql",
        "du describe*",
        "du+ describe*",
        "du \"Describe\"*",
        "l template?",
        "dtS pg_cl*",
        "dp",
        "dp+ *.*",
        "z \"We ird\".*",
        "dD",
        "dD+ *.*",
        "da audit.*",
        "da+ sum",
        "db pg_*",
        "ddp",
        "ddp audit",
        "drds describe*",
        "dconfig work_mem",
        "dconfig enable_*",
        "dy",
        "dy+",
        "des",
        "des+",
        "dRp",
        "dRp some*",
    ];
    let name = database.name();
    let own = [format!("l {name}"), format!("l+ {name}")];
    lists.map(str::to_owned).into_iter().chain(own).collect()
}

#[test]
fn a_list_has_the_rows_and_columns_that_psql_lists() {
    for database in [older(), newer()] {
        let lists = lists(&database);
        same_as_psql(
            &database,
            &lists.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn a_pattern_matches_what_it_matches_for_psql() {
    let database = older();
    let own = format!("dt {}.public.base", database.name());
    same_as_psql(
        &database,
        &[
            "dt p?rent",
            "dt PARENT",
            "dt par[a-e]nt",
            "dt *.*nlogg*",
            "dt \"We ird\".\"Tab le\"",
            "dt m*|base",
            "di *upper",
            "di \"Idx upper\"",
            "dv *.*e*n",
            "df add",
            "df add int",
            "df add text -",
            "df *.\"Fun\"*",
            "df AUDIT.run",
            "dn a*|U*",
            "dn \"UPPER\"",
            "dT audit.M*",
            &own,
            "d *.kept",
        ],
    );
}

#[test]
fn the_source_of_a_function_or_view_is_as_psql_prints_it() {
    for database in [older(), newer()] {
        let common = [
            "sf add(text)",
            "sf+ add(text)",
            "sf audit.\"Fun c\"",
            "sf+ audit.\"Fun c\"",
            "sf audit.run",
            "sv seen",
            "sv+ seen",
            "sv fenced",
        ];
        same_as_psql(&database, &common);
    }
    same_as_psql(&newer(), &["sf body", "sf+ body"]);
}
