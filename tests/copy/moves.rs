//! Values that are unique and move between rows, in modes `upsert` and `mirror`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use runner::pg::Value;

use super::*;

/// What of a row has to be unique, and how room can be made for it.
struct Shape {
    schema: &'static str,
    /// Rings of `pos` cannot be resolved.
    rings_are_refused: bool,
}

const SHAPES: [Shape; 6] = [
    Shape {
        schema: "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE, pos int UNIQUE, v int)",
        rings_are_refused: false,
    },
    // Deleted and inserted again, where NULL is not allowed.
    Shape {
        schema: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL, pos int NOT NULL, v int,
          UNIQUE (pos)); CREATE UNIQUE INDEX ON t (lower(slug))",
        rings_are_refused: false,
    },
    // Something refers to the rows.
    Shape {
        schema: "CREATE TABLE t (id int PRIMARY KEY, slug text, pos int NOT NULL UNIQUE, v int, up int REFERENCES t);
          CREATE UNIQUE INDEX ON t (slug) WHERE slug <> 'a'",
        rings_are_refused: true,
    },
    Shape {
        schema: "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE DEFERRABLE, pos int NOT NULL, v int,
          UNIQUE (pos) DEFERRABLE INITIALLY DEFERRED, up int REFERENCES t)",
        rings_are_refused: false,
    },
    Shape {
        schema: "CREATE TABLE t (id int PRIMARY KEY, slug text UNIQUE, pos int NOT NULL, v int,
          place int4range GENERATED ALWAYS AS (int4range(pos, pos + 1)) STORED, EXCLUDE USING gist (place WITH &&))",
        rings_are_refused: false,
    },
    Shape {
        schema: "CREATE TABLE t (id int, slug text, pos int NOT NULL, v int, part int DEFAULT 0,
          PRIMARY KEY (id, part), UNIQUE (slug, part), UNIQUE (pos, part)) PARTITION BY LIST (part);
          CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0); CREATE TABLE t_1 PARTITION OF t DEFAULT",
        rings_are_refused: false,
    },
];

#[derive(Debug, Clone, PartialEq)]
struct Row {
    slug: Option<char>,
    pos: usize,
    v: u8,
}

/// Rows by id, in which every value is unique.
type Rows = BTreeMap<usize, Row>;

fn rows() -> impl Strategy<Value = Rows> {
    let ids = proptest::sample::subsequence((0..8).collect::<Vec<usize>>(), 0..=8);
    let slugs = Just("abcdefgh".chars().collect::<Vec<_>>()).prop_shuffle();
    let places = Just((0..8).collect::<Vec<usize>>()).prop_shuffle();
    let rest = proptest::collection::vec((0..2_u8, 0..4_u8), 8);
    (ids, slugs, places, rest).prop_map(|(ids, slugs, places, rest)| {
        let row = |(at, id): (usize, usize)| {
            let (v, null) = rest[at];
            let slug = (null > 0).then(|| slugs[at]);
            let pos = places[at];
            (id, Row { slug, pos, v })
        };
        ids.into_iter().enumerate().map(row).collect()
    })
}

fn insert(rows: &Rows, nullable: bool) -> String {
    let value = |(id, row): (&usize, &Row)| {
        let slug = match row.slug {
            None if nullable => "NULL".to_owned(),
            None => format!("'none {id}'"),
            Some(slug) => format!("'{slug}'"),
        };
        format!("({id}, {slug}, {}, {})", row.pos, row.v)
    };
    let values: Vec<String> = rows.iter().map(value).collect();
    if values.is_empty() {
        return "TRUNCATE t".to_owned();
    }
    format!(
        "TRUNCATE t; INSERT INTO t (id, slug, pos, v) OVERRIDING SYSTEM VALUE VALUES {}",
        values.join(", ")
    )
}

async fn content(session: &Session) -> Value {
    let sql = "SELECT array_agg(t::text ORDER BY id) FROM t";
    session.value(sql, &[]).await.unwrap()
}

fn is_unique(rows: &Rows) -> bool {
    let mut slugs: Vec<char> = rows.values().filter_map(|row| row.slug).collect();
    let mut places: Vec<usize> = rows.values().map(|row| row.pos).collect();
    let count = (slugs.len(), places.len());
    slugs.sort_unstable();
    slugs.dedup();
    places.sort_unstable();
    places.dedup();
    count == (slugs.len(), places.len())
}

/// Whether rows that stay wait for each other's place in a ring.
fn has_ring(before: &Rows, after: &Rows) -> bool {
    let holder = |pos| {
        before
            .iter()
            .find(|(_, row)| row.pos == pos)
            .map(|(id, _)| *id)
    };
    before.keys().any(|id| {
        let mut at = *id;
        for _ in 0..9 {
            match after.get(&at).and_then(|row| holder(row.pos)) {
                Some(next) if next == at => return false,
                Some(next) if next == *id => return true,
                Some(next) => at = next,
                None => return false,
            }
        }
        false
    })
}

async fn check(
    (from, to): (&Session, &Session),
    shape: &Shape,
    mode: Mode,
    source: &Rows,
    target: &Rows,
) -> std::result::Result<(), TestCaseError> {
    let nullable = !shape.schema.contains("slug text NOT NULL");
    from.batch(&insert(source, nullable)).await.unwrap();
    to.batch(&insert(target, nullable)).await.unwrap();
    let before = content(to).await;
    let mut expected = source.clone();
    if mode == Mode::Upsert {
        for (id, row) in target {
            expected.entry(*id).or_insert_with(|| row.clone());
        }
    }
    let copied = copy(from, to, mode, &["t"]).await;
    match copied {
        Ok(report) => {
            let wanted = format!(
                "CREATE TEMP TABLE wanted AS SELECT * FROM t WITH NO DATA; {}",
                insert(&expected, nullable)
            );
            let after = content(to).await;
            if mode == Mode::Mirror {
                prop_assert_eq!(&after, &content(from).await);
            } else {
                from.batch(wanted.split_once("; ").unwrap().1)
                    .await
                    .unwrap();
                prop_assert_eq!(&after, &content(from).await);
            }
            let report = &report.tables[0];
            let new = source.keys().filter(|id| !target.contains_key(id)).count();
            let is_changed =
                |(id, row): &(&usize, &Row)| target.get(id).is_some_and(|old| old != *row);
            let changed = source.iter().filter(is_changed).count();
            let gone = target.keys().filter(|id| !source.contains_key(id)).count();
            let gone = if mode == Mode::Mirror { gone } else { 0 };
            let counts = [
                report.inserted,
                report.updated,
                report.deleted,
                report.equal,
            ];
            let wanted = [new, changed, gone, source.len() - new - changed];
            prop_assert_eq!(counts, wanted.map(|count| count as u64));
        }
        Err(error) => {
            let refused =
                !is_unique(&expected) || shape.rings_are_refused && has_ring(target, source);
            prop_assert!(refused, "{}", error);
            let by_us = matches!(
                error,
                Error::Held { .. } | Error::Ring { .. } | Error::ValuesTwice { .. }
            );
            prop_assert!(by_us, "{}", error);
            prop_assert_eq!(content(to).await, before);
        }
    }
    Ok(())
}

#[test]
fn values_move_between_rows_as_the_source_has_them_or_the_copy_is_refused_whole() {
    for shape in &SHAPES {
        let pair = Pair::new(shape.schema, "");
        run(async {
            let (from, to, _) = pair.sessions().await;
            let mut runner = TestRunner::new(Config {
                cases: 24,
                failure_persistence: None,
                ..Config::default()
            });
            let cases = (
                rows(),
                rows(),
                prop_oneof![Just(Mode::Upsert), Just(Mode::Mirror)],
            );
            let tested = runner.run(&cases, |(source, target, mode)| {
                tokio::task::block_in_place(|| {
                    let sides = (&from, &to);
                    let case = check(sides, shape, mode, &source, &target);
                    tokio::runtime::Handle::current().block_on(case)
                })
            });
            if let Err(error) = tested {
                panic!("{}\n{error}", shape.schema);
            }
        });
    }
}
