//! The procedures the program was made for, run as an operator runs them: dev over TCP, prod in a container
//! behind an ssh server, protected by a phrase.

use rustix::process::Signal;

use crate::support::{Database, Ran, Runner, container, dev, output, wait_until};

/// The procedure from the first workflow, as the design writes it.
const RESTORE: &str = include_str!("playbooks/restore.lua");
/// The promotion of changed rows, as the design writes it.
const CHANGED: &str = include_str!("playbooks/changed.lua");
const PROMOTE: &str = include_str!("../playbooks/promote.lua");

const PHRASE: &str = "MIGRATE PRODUCTION";
const GROUPS: &str = "[groups]\nlaw = [\"uk_lrt\", \"lat\", \"amendment_annotations\"]";

/// Laws whose counts are not those of their sections and annotations.
const WRONG_COUNTS: &str = "SELECT count(*) FROM uk_lrt l
  WHERE (lat_count, latest_lat_updated_at, annotation_count) IS DISTINCT FROM (
    (SELECT count(*) FROM lat WHERE law_id = l.id),
    (SELECT max(updated_at) FROM lat WHERE law_id = l.id),
    (SELECT count(*) FROM amendment_annotations WHERE law_id = l.id))";

/// The two databases of the first workflow.
struct Law {
    dev: Database,
    prod: Database,
}

impl Law {
    fn new() -> Self {
        Self {
            dev: Database::law_dev(dev()),
            prod: Database::law_prod(container()),
        }
    }

    /// A run of a playbook to which the operator says yes.
    fn runner(&self, playbook: &str, words: &[&str]) -> Runner {
        Runner::new()
            .target("dev", &self.dev)
            .container_target("prod", &self.prod)
            .protected(PHRASE)
            .toml(GROUPS)
            .playbook(playbook)
            .args(words.iter().copied())
            .args(["--confirm", PHRASE])
    }

    #[track_caller]
    fn prod_has(&self, sql: &str, expected: &str) {
        assert_eq!(self.prod.query(sql), expected, "{sql}");
    }
}

/// The sections of the laws that both sides have, as `pg_dump` writes them.
fn dump() -> Vec<u8> {
    let old = Database::law_dev(dev());
    old.query("SET session_replication_role = replica; DELETE FROM lat WHERE law_id NOT IN (SELECT id FROM uk_lrt WHERE number::int <= 1100)");
    let dump = output(old.client("pg_dump").args(["-Fc", "-t", "lat"]));
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    dump.stdout
}

/// What was said about the work: without the servers and the times, which differ from run to run.
fn said(ran: &Ran) -> Vec<String> {
    let about_servers = |line: &&str| !line.starts_with("dev: ") && !line.starts_with("prod: ");
    ran.stderr
        .lines()
        .filter(about_servers)
        .map(without_time)
        .collect()
}

fn without_time(line: &str) -> String {
    let mut words: Vec<&str> = line.trim_end().split(' ').collect();
    if matches!(words.last(), Some(&("s" | "ms"))) {
        words.truncate(words.len().saturating_sub(2));
    }
    words.join(" ")
}

#[test]
fn a_table_is_restored_with_its_triggers_off() {
    let law = Law::new();
    let (dump, before) = (dump(), law.prod.state());
    let triggers = |state: &str| -> Vec<String> {
        let lines = state.lines().filter(|line| line.starts_with("trigger|"));
        lines.map(str::to_owned).collect()
    };
    let runner = |words: &[&str]| {
        let runner = law.runner(RESTORE, words);
        runner.file("snapshots/lat.dump", &dump)
    };

    let ran = runner(&["--dry-run"]).stdout("").success();
    assert_eq!(
        said(&ran),
        [
            "dry run: nothing is changed",
            "would switch off trigger `propagate_lat_stats` of `lat` on `prod`",
            "lat: 6,003 rows, 1.6 MB",
            "would run on `prod`: UPDATE uk_lrt SET ...",
        ]
    );
    law.prod.assert_as_before(&before);

    let ran = runner(&[]).stdout("").success();
    assert_eq!(
        said(&ran),
        [
            "whoever writes `lat` waits from now on until this transaction ends",
            "triggers of `lat` off: propagate_lat_stats",
            "lat: 6,003 rows, 1.6 MB",
        ]
    );
    law.prod_has("SELECT count(*) FROM lat", "6003");
    law.prod_has(WRONG_COUNTS, "0");
    let after = law.prod.state();
    assert!(!triggers(&before).is_empty(), "{before}");
    assert_eq!(triggers(&before), triggers(&after));

    // The rows are there now; nothing of a second restore stays.
    runner(&[])
        .stderr_has("error: `lat`: duplicate key value violates unique constraint \"lat_pkey\"")
        .stderr_has("playbook.lua:5")
        .code(1);
    law.prod.assert_as_before(&after);
}

#[test]
fn changed_rows_are_promoted_with_their_mark() {
    let law = Law::new();
    let before = law.dev.state();
    let ran = law.runner(CHANGED, &["group:law"]).stdout("").success();
    assert_eq!(
        said(&ran),
        [
            "▸ promote uk_lrt",
            "  a watermark does not see deleted rows; `mode = \"mirror\"` does",
            "  `uk_lrt`: there is no mark for it yet, so every row counts as changed",
            "  uk_lrt: 1,200 rows, 506.8 kB: 200 new, 1,000 changed, 0 equal",
            "✓ promote uk_lrt",
            "▸ promote lat",
            "  `lat`: there is no mark for it yet, so every row counts as changed",
            "  whoever writes `lat` waits from now on until this transaction ends",
            "  triggers of `lat` off: propagate_lat_stats",
            "  lat: 7,197 rows, 1.8 MB: 7,197 new, 0 changed, 0 equal",
            "✓ promote lat",
            "▸ promote amendment_annotations",
            "  `amendment_annotations`: there is no mark for it yet, so every row counts as changed",
            "  whoever writes `amendment_annotations` waits from now on until this transaction ends",
            "  triggers of `amendment_annotations` off: propagate_annotation_stats",
            "  amendment_annotations: 1,800 rows, 436.9 kB: 300 new, 17 changed, 1,483 equal",
            "✓ promote amendment_annotations",
            "dev and prod by content",
            "table                   from     to  missing  different  extra",
            "─────────────────────  ─────  ─────  ───────  ─────────  ─────  ──",
            "uk_lrt                 1,200  1,203        0          0      3  ok",
            "lat                    7,197  7,197        0          0      0  ok",
            "amendment_annotations  1,800  1,800        0          0      0  ok",
        ]
    );
    law.dev.assert_as_before(&before);

    law.dev.query(
        "UPDATE amendment_annotations SET text = 'Words' WHERE code = 'F2' AND id < 'UK_uksi_1975'",
    );
    let ran = law.runner(CHANGED, &["amend*", "uk_lrt"]).success();
    let touched = law
        .dev
        .query("SELECT count(*) FROM amendment_annotations WHERE text = 'Words'");
    assert_ne!(touched, "0");
    assert!(
        ran.stderr
            .contains(&format!(": 0 new, {touched} changed, 0 equal")),
        "{}",
        ran.stderr
    );
    law.prod_has(
        "SELECT count(*) FROM amendment_annotations WHERE text = 'Words'",
        &touched,
    );
    law.prod
        .query("UPDATE lat SET text = 'x' WHERE section_id = (SELECT min(section_id) FROM lat)");
    law.runner(CHANGED, &["lat"])
        .stderr_has("lat    7,197  7,197        0          1      0  differs")
        .stderr_has("error: the tables differ:\n")
        .stderr_has(" `lat`: 1 different (UK_nisr_1")
        .code(1);
}

#[test]
fn promotion_is_one_command() {
    let law = Law::new();
    let (there, here) = (law.dev.state(), law.prod.state());
    let ran = law
        .runner(PROMOTE, &["--dry-run"])
        .stdout("")
        .stderr_has("uk_lrt: 1,200 rows, 473.2 kB: 200 new, 143 changed, 857 equal")
        .stderr_has("would switch off trigger `propagate_lat_stats` of `lat` on `prod`")
        .stderr_has("lat: 7,197 rows")
        .stderr_has("would run on `prod`: UPDATE uk_lrt SET ...")
        .stderr_has("the tables differ, which does not end a dry run")
        .success();
    drop(ran);
    law.prod.assert_as_before(&here);
    law.dev.assert_as_before(&there);

    let ran = law.runner(PROMOTE, &[]).stdout("").success();
    assert_eq!(said(&ran), FIRST);
    law.prod_has(WRONG_COUNTS, "0");
    law.prod_has("SELECT count(*) FROM runner.watermark", "6");
    law.prod_has(
        "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY 1) FROM pg_trigger
         WHERE NOT tgisinternal AND tgrelid = 'lat'::regclass",
        "notify_searchD propagate_lat_statsO",
    );
    law.prod_has(
        "SELECT last_value FROM cascade_affected_laws_id_seq",
        &law.dev
            .query("SELECT last_value FROM cascade_affected_laws_id_seq"),
    );

    let ran = law.runner(PROMOTE, &[]).success();
    let moved: Vec<String> = said(&ran)
        .into_iter()
        .filter(|line| line.contains(" new, "))
        .collect();
    assert_eq!(moved.len(), 6);
    assert!(
        moved
            .iter()
            .all(|line| line.contains(": 0 new, 0 changed, 0 equal")),
        "{moved:?}"
    );
    law.dev.assert_as_before(&there);

    // What the destination computes is no difference, and stays when its table is promoted alone.
    law.dev.query("UPDATE uk_lrt SET lat_count = -1");
    law.runner(PROMOTE, &["uk_lrt"])
        .stderr_has("uk_lrt: 1,200 rows, 473.2 kB: 0 new, 0 changed, 1,200 equal")
        .stderr_has("  0 laws recomputed")
        .success();
}

/// What the first promotion says.
const FIRST: [&str; 44] = [
    "▸ promote uk_lrt",
    "  a watermark does not see deleted rows; `mode = \"mirror\"` does",
    "  `uk_lrt`: there is no mark for it yet, so every row counts as changed",
    "  uk_lrt: 1,200 rows, 473.2 kB: 200 new, 143 changed, 857 equal",
    "✓ promote uk_lrt",
    "▸ promote lat",
    "  `lat`: there is no mark for it yet, so every row counts as changed",
    "  whoever writes `lat` waits from now on until this transaction ends",
    "  triggers of `lat` off: propagate_lat_stats",
    "  lat is empty there: in bulk",
    "  lat: 7,197 rows, 1.8 MB",
    "✓ promote lat",
    "▸ promote amendment_annotations",
    "  `amendment_annotations`: there is no mark for it yet, so every row counts as changed",
    "  whoever writes `amendment_annotations` waits from now on until this transaction ends",
    "  triggers of `amendment_annotations` off: propagate_annotation_stats",
    "  amendment_annotations: 1,800 rows, 436.9 kB: 300 new, 17 changed, 1,483 equal",
    "✓ promote amendment_annotations",
    "▸ promote scrape_sessions",
    "  `scrape_sessions`: there is no mark for it yet, so every row counts as changed",
    "  scrape_sessions: 60 rows, 5.5 kB: 15 new, 0 changed, 45 equal",
    "✓ promote scrape_sessions",
    "▸ promote scrape_session_records",
    "  `scrape_session_records`: there is no mark for it yet, so every row counts as changed",
    "  scrape_session_records: 900 rows, 163.2 kB: 225 new, 0 changed, 675 equal",
    "✓ promote scrape_session_records",
    "▸ promote cascade_affected_laws",
    "  `cascade_affected_laws`: there is no mark for it yet, so every row counts as changed",
    "  cascade_affected_laws: 360 rows, 51.7 kB: 110 new, 0 changed, 250 equal",
    "✓ promote cascade_affected_laws",
    "▸ recompute",
    "  1200 laws recomputed",
    "✓ recompute",
    "▸ verify",
    "  dev and prod by content",
    "  table                    from     to  missing  different  extra",
    "  ──────────────────────  ─────  ─────  ───────  ─────────  ─────  ──",
    "  uk_lrt                  1,200  1,203        0          0      3  ok",
    "  lat                     7,197  7,197        0          0      0  ok",
    "  amendment_annotations   1,800  1,800        0          0      0  ok",
    "  scrape_sessions            60     60        0          0      0  ok",
    "  scrape_session_records    900    900        0          0      0  ok",
    "  cascade_affected_laws     360    360        0          0      0  ok",
    "✓ verify",
];

#[test]
fn a_promotion_by_date_moves_no_mark() {
    let law = Law::new();
    law.runner(PROMOTE, &["scrape_sessions"]).success();
    let mark = "SELECT mark FROM runner.watermark";
    let before = law.prod.query(mark);
    let change = |set: &str, type_code: &str| -> String {
        law.dev.query(&format!(
            "WITH c AS (UPDATE scrape_sessions SET {set} WHERE type_code = '{type_code}' RETURNING 1) SELECT count(*) FROM c"
        ))
    };
    let stamped = change("status = 'new', updated_at = '2026-06-01'", "uksi");
    let unstamped = change("status = 'old'", "ssi");
    // What the date leaves out is missed, and the verification tells.
    let words = [
        "--since",
        "2026-05-30T00:00:00Z",
        "--tables",
        "scrape_sessions",
    ];
    law.runner(PROMOTE, &words)
        .stderr_has(&format!(": 0 new, {stamped} changed, 0 equal"))
        .stderr_has(&format!("`scrape_sessions`: {unstamped} different"))
        .code(1);
    assert_eq!(law.prod.query(mark), before);
    law.runner(PROMOTE, &["scrape_sessions"])
        .stderr_has(&format!(": 0 new, {unstamped} changed, {stamped} equal"))
        .success();
}

#[test]
fn a_promotion_names_who_is_in_its_way() {
    let law = Law::new();
    let mut session = law.prod.session();
    session.query(
        "SET application_name = 'psql of somebody'; BEGIN; LOCK TABLE lat IN ROW EXCLUSIVE MODE",
    );
    law.runner(
        &PROMOTE.replace("promote.run {", "promote.run { lock_timeout = \"300ms\","),
        &["group:law"],
    )
    .stderr_has("✓ promote uk_lrt")
    .stderr_has("error: `lat` could not be locked within 0.3 s: `lat` is held by process ")
    .stderr_has(" (psql of somebody) of `postgres`, idle in transaction since ")
    .stderr_has("playbook.lua:20")
    .code(1);
    drop(session);
    law.prod_has("SELECT count(*) FROM lat", "0");
    law.prod_has("SELECT count(*) FROM runner.watermark", "1");
}

#[test]
fn a_promotion_that_is_stopped_leaves_the_table_as_it_was() {
    let law = Law::new();
    law.runner(PROMOTE, &["uk_lrt"]).success();
    let before = law.prod.state();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        // The rows of `lat` wait for their parents, with the triggers off.
        let mut session = law.prod.session();
        session.query("BEGIN; SELECT FROM uk_lrt FOR UPDATE");
        let running = law
            .runner(PROMOTE, &["lat"])
            .stderr_has("✗ promote lat")
            .stderr_has("error: interrupted")
            .start();
        running.wait_for_stderr("lat is empty there: in bulk");
        let copying =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'";
        wait_until("rows are on their way", || law.prod.query(copying) == "1");
        running.signal(signal);
        running.finish(code);
        drop(session);
        law.prod.assert_as_before(&before);
    }
}

#[test]
fn without_the_phrase_nothing_is_promoted() {
    let law = Law::new();
    let before = law.prod.state();
    for (confirm, message) in [
        (
            "MIGRATE",
            "`prod` is protected and there is no terminal to ask its phrase on; give `--confirm \"MIGRATE PRODUCTION\"`",
        ),
        (
            "dev=MIGRATE PRODUCTION",
            "`prod` is protected and there is no terminal",
        ),
    ] {
        Runner::new()
            .target("dev", &law.dev)
            .container_target("prod", &law.prod)
            .protected(PHRASE)
            .playbook(PROMOTE)
            .args(["--confirm", confirm])
            .stderr_has(message)
            .code(1);
    }
    law.prod.assert_as_before(&before);
}
