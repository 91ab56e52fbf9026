//! A random schema with random rows, as SQL for either side.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::Index;

use super::values::{OWN, TYPES};

/// Tables, the rows of both sides, and keys between them.
#[derive(Debug, Clone)]
pub struct Model {
    pub tables: Vec<Table>,
}

#[derive(Debug, Clone)]
pub struct Table {
    kind: Kind,
    columns: Vec<Column>,
    keys: Vec<Key>,
    trigger: Option<State>,
    /// The target has its columns the other way round.
    reversed: bool,
    source: BTreeSet<u8>,
    target: BTreeSet<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Unlogged,
    Keyless,
    Identity,
    Serial,
    TwoColumns,
    Parent,
    ByHash,
    ByRange,
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Of(usize),
    Generated,
    Unique,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    /// Of which table, where that has a key that can be referred to.
    to: Index,
    deferrable: bool,
    /// Without it some rows have no parent.
    valid: bool,
    action: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Origin,
    Off,
    Always,
    Replica,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

pub fn model() -> impl Strategy<Value = Model> {
    prop::collection::vec(table(), 1..7).prop_map(|tables| Model { tables })
}

fn table() -> impl Strategy<Value = Table> {
    use Kind::{ByHash, ByRange, Identity, Keyless, Parent, Plain, Serial, TwoColumns, Unlogged};
    let kind = prop::sample::select(vec![
        Plain, Unlogged, Keyless, Identity, Serial, TwoColumns, Parent, ByHash, ByRange,
    ]);
    let trigger = prop::option::weighted(
        0.3,
        prop::sample::select(vec![
            State::Origin,
            State::Off,
            State::Always,
            State::Replica,
        ]),
    );
    let ids = || prop::collection::btree_set(1..40_u8, 0..25);
    (
        kind,
        prop::collection::vec(column(), 0..6),
        prop::collection::vec(key(), 0..3),
        trigger,
        any::<bool>(),
        ids(),
        ids(),
    )
        .prop_map(
            |(kind, columns, keys, trigger, reversed, source, target)| Table {
                kind,
                columns,
                keys,
                trigger,
                reversed,
                source,
                target,
            },
        )
}

fn column() -> impl Strategy<Value = Column> {
    prop_oneof![
        8 => (0..TYPES.len()).prop_map(Column::Of),
        1 => Just(Column::Generated),
        1 => Just(Column::Unique),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    let action = prop::sample::select(vec![
        "",
        "ON DELETE RESTRICT",
        "ON DELETE CASCADE",
        "ON DELETE SET NULL",
    ]);
    (
        any::<Index>(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        action,
    )
        .prop_map(|(to, deferrable, valid, action)| Key {
            to,
            deferrable,
            valid,
            action,
        })
}

impl Table {
    /// Whether keys may refer to its `id`.
    fn is_referable(&self) -> bool {
        !matches!(self.kind, Kind::Keyless | Kind::TwoColumns | Kind::Unlogged)
    }

    fn ids(&self, side: Side) -> &BTreeSet<u8> {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }

    fn id(&self) -> &'static str {
        match self.kind {
            Kind::Identity => "id int GENERATED ALWAYS AS IDENTITY",
            Kind::Serial => "id serial",
            _ => "id int NOT NULL",
        }
    }

    fn primary_key(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Keyless => None,
            Kind::TwoColumns => Some("PRIMARY KEY (id, half)"),
            _ => Some("PRIMARY KEY (id)"),
        }
    }

    pub fn has_key(&self) -> bool {
        self.kind != Kind::Keyless
    }
}

impl Model {
    /// The target has none of the rows that the source has.
    pub fn apart(&mut self) {
        for table in &mut self.tables {
            table.target = &table.target - &table.source;
        }
    }

    /// Schemas, types, tables, rows, keys and triggers. What the role owns is made by it.
    pub fn sql(&self, side: Side, role: &str) -> String {
        let mut sql = format!(
            "SET client_min_messages = error; RESET ROLE; DROP SCHEMA IF EXISTS s, \"S 2\" CASCADE;
             CREATE SCHEMA s AUTHORIZATION {role}; CREATE SCHEMA \"S 2\" AUTHORIZATION {role};
             SET search_path = s; SET ROLE {role};
             {OWN}
             CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';\n"
        );
        for place in 0..self.tables.len() {
            sql += &self.create(place, side);
        }
        sql += "RESET ROLE; SET session_replication_role = replica;\n";
        for (place, table) in self.tables.iter().enumerate() {
            for row in self.rows(place, side) {
                let _ = writeln!(sql, "{row};");
            }
            if matches!(table.kind, Kind::Serial | Kind::Identity) && side == Side::Source {
                let name = name_of(place);
                let _ = writeln!(
                    sql,
                    "SELECT setval(pg_get_serial_sequence('{name}', 'id'), 50);"
                );
            }
        }
        let _ = writeln!(sql, "RESET session_replication_role; SET ROLE {role};");
        for place in 0..self.tables.len() {
            sql += &self.constraints(place);
        }
        sql
    }

    fn create(&self, place: usize, side: Side) -> String {
        let (table, name) = (&self.tables[place], name_of(place));
        let mut columns = vec![table.id().to_owned()];
        columns.extend((table.kind == Kind::TwoColumns).then(|| "half int".to_owned()));
        columns.extend(
            table
                .columns
                .iter()
                .enumerate()
                .map(|(number, column)| match column {
                    Column::Of(of) => format!("c{number} {}", TYPES[*of].0),
                    Column::Generated => {
                        format!("c{number} int GENERATED ALWAYS AS (id * 2) STORED")
                    }
                    Column::Unique => format!("c{number} int"),
                }),
        );
        columns.extend(
            self.keys(place)
                .map(|(number, ..)| format!("k{number} int")),
        );
        if table.reversed && side == Side::Target {
            columns.reverse();
        }
        columns.extend(table.primary_key().map(str::to_owned));
        let columns = columns.join(", ");
        let (part_1, part_2) = (part(&name, 1), part(&name, 2));
        match table.kind {
            Kind::Unlogged => format!("CREATE UNLOGGED TABLE {name} ({columns});\n"),
            Kind::Parent => format!(
                "CREATE TABLE {name} ({columns});\n\
                 CREATE TABLE {part_1} (extra text, PRIMARY KEY (id)) INHERITS ({name});\n"
            ),
            Kind::ByHash => {
                // Each side in its own number of partitions.
                let modulus = if side == Side::Source { 2 } else { 3 };
                let mut sql = format!("CREATE TABLE {name} ({columns}) PARTITION BY HASH (id);\n");
                for rest in 0..modulus {
                    let part = part(&name, rest);
                    let _ = writeln!(
                        sql,
                        "CREATE TABLE {part} PARTITION OF {name} FOR VALUES WITH (MODULUS {modulus}, REMAINDER {rest});"
                    );
                }
                sql
            }
            Kind::ByRange => {
                let below = part(&name, 3);
                format!(
                    "CREATE TABLE {name} ({columns}) PARTITION BY RANGE (id);\n\
                     CREATE TABLE {part_1} PARTITION OF {name} DEFAULT;\n\
                     CREATE TABLE {part_2} PARTITION OF {name} FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);\n\
                     CREATE TABLE {below} PARTITION OF {part_2} DEFAULT;\n"
                )
            }
            _ => format!("CREATE TABLE {name} ({columns});\n"),
        }
    }

    /// The keys of a table that have somewhere to point, with their number and the place of the other table.
    fn keys(&self, place: usize) -> impl Iterator<Item = (usize, usize, Key)> {
        let keys = self.tables[place].keys.iter().enumerate();
        keys.filter_map(move |(number, key)| {
            let to = key.to.index(self.tables.len());
            let partitioned = matches!(self.tables[place].kind, Kind::ByHash | Kind::ByRange);
            let key = Key {
                // PostgreSQL knows no others there.
                valid: key.valid || partitioned,
                ..*key
            };
            self.tables[to].is_referable().then_some((number, to, key))
        })
    }

    fn rows(&self, place: usize, side: Side) -> Vec<String> {
        let table = &self.tables[place];
        let name = name_of(place);
        let of_kid = table.kind == Kind::Parent;
        let insert = |id: u8| {
            // What is odd is of another state on the target.
            let version = u64::from(side == Side::Target && id % 2 == 1);
            let mut columns = vec![("id".to_owned(), id.to_string())];
            if table.kind == Kind::TwoColumns {
                columns.push(("half".to_owned(), (id / 2).to_string()));
            }
            for (number, column) in table.columns.iter().enumerate() {
                let dice = mix(&[place as u64, number as u64, id.into(), version]);
                let value = match column {
                    Column::Of(of) => value(TYPES[*of].1, dice),
                    // Other rows never have had it, so nothing has to move.
                    Column::Unique => (u64::from(id) * 2 + version).to_string(),
                    Column::Generated => continue,
                };
                columns.push((format!("c{number}"), value));
            }
            for (number, to, key) in self.keys(place) {
                let dice = mix(&[place as u64, 100 + number as u64, id.into(), version]);
                let ids: Vec<_> = self.tables[to].ids(side).iter().collect();
                let value = match usize::try_from(dice % 5).unwrap() {
                    0 => "NULL".to_owned(),
                    1 if !key.valid => "77".to_owned(),
                    _ if ids.is_empty() => "NULL".to_owned(),
                    _ => ids[usize::try_from(dice % ids.len() as u64).unwrap()].to_string(),
                };
                columns.push((format!("k{number}"), value));
            }
            let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
            let (names, values) = (names.join(", "), values.join(", "));
            let mut sql =
                format!("INSERT INTO {name} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})");
            if of_kid && id.is_multiple_of(3) {
                let kid = part(&name, 1);
                let _ = write!(
                    sql,
                    ";\nINSERT INTO {kid} ({names}, extra) VALUES ({values}, 'kid')"
                );
            }
            if table.kind == Kind::Keyless && id.is_multiple_of(4) {
                // The same row once more.
                sql = format!("{sql};\n{sql}");
            }
            sql
        };
        table.ids(side).iter().copied().map(insert).collect()
    }

    fn constraints(&self, place: usize) -> String {
        let (table, name) = (&self.tables[place], name_of(place));
        let mut sql = String::new();
        for (number, column) in table.columns.iter().enumerate() {
            // Over a partitioned table it would have to hold the partition key.
            let whole = !matches!(table.kind, Kind::ByHash | Kind::ByRange | Kind::Keyless);
            if matches!(column, Column::Unique) && whole {
                let _ = writeln!(sql, "ALTER TABLE {name} ADD UNIQUE (c{number});");
            }
        }
        for (number, to, key) in self.keys(place) {
            let deferrable = if key.deferrable { "DEFERRABLE" } else { "" };
            let valid = if key.valid { "" } else { "NOT VALID" };
            let (other, action) = (name_of(to), key.action);
            let _ = writeln!(
                sql,
                "ALTER TABLE {name} ADD FOREIGN KEY (k{number}) REFERENCES {other} (id) {action} {deferrable} {valid};"
            );
        }
        if let Some(state) = table.trigger {
            let state = match state {
                State::Origin => "ENABLE",
                State::Off => "DISABLE",
                State::Always => "ENABLE ALWAYS",
                State::Replica => "ENABLE REPLICA",
            };
            let _ = writeln!(
                sql,
                "CREATE TRIGGER swallows BEFORE INSERT OR UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION s.swallow();
                 ALTER TABLE {name} {state} TRIGGER swallows;"
            );
        }
        sql
    }
}

fn part(name: &str, number: usize) -> String {
    let place = name.rsplit(['t', 'T']).next().unwrap();
    let place: String = place.chars().filter(char::is_ascii_digit).collect();
    format!("s.part_{place}_{number}")
}

fn value(literals: &[&str], dice: u64) -> String {
    match usize::try_from(dice % (literals.len() as u64 + 1)).unwrap() {
        0 => "NULL".to_owned(),
        number => format!("'{}'", literals[number - 1].replace('\'', "''")),
    }
}

/// A number as good as random that is the same each time (splitmix64).
fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |state, part| {
        let mut z = state ^ part.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// Names of either schema, some of which want quotes.
fn name_of(place: usize) -> String {
    match place % 3 {
        0 => format!("s.t{place}"),
        1 => format!("\"S 2\".\"T {place} é\""),
        _ => format!("\"S 2\".t{place}"),
    }
}
