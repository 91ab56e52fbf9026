//! Two databases behind links that can be struck, and what must hold of the target whatever struck.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use runner::copy::{Atomic, CopyOptions, Mode, Tables, tables};
use runner::pg::Access;

use super::link::{Link, Way};
use super::manner::{Manner, Role, either};
use crate::copy::{Pair, named};
use crate::direct::{connector_as, run};
use crate::support::{Database, PATIENCE, dev, prod};

const SCHEMA: &str = include_str!("schema.sql");
const ROWS: &str = include_str!("rows.sql");
/// What the source does between two copies.
const NEXT: &str = include_str!("next.sql");

/// Tables tied by keys, and what is one with its partitions: as before, or complete, together.
const UNITS: [&[&str]; 5] = [
    &["author", "book", "loan"],
    &["hen", "egg"],
    &["big"],
    &["event_old", "event_new_0", "event_new_1"],
    &["watched"],
];

/// What the schemas of staging tables are called.
const STAGING: &str = "runner_stage_";

/// One of the two links of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    From,
    To,
}

/// Where on a link it strikes.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub side: Side,
    pub way: Way,
    pub at: u64,
}

pub struct Scene {
    pub pair: Pair,
    role: Role,
    pub manner: Manner,
    from: Link,
    to: Link,
    pub random: StdRng,
    /// What a copy that nothing strikes lets pass, by link and way.
    whole: BTreeMap<(u8, u8), u64>,
    strikes: u32,
    /// Copies that did not come to their end.
    ended: u32,
}

const SIDES: [Side; 2] = [Side::From, Side::To];
const WAYS: [Way; 2] = [Way::ToServer, Way::ToClient];

impl Scene {
    pub fn new(role: Role, seed: u64) -> Self {
        let mut scene = Self {
            pair: Pair::new(SCHEMA, ROWS),
            role,
            manner: Manner::PLAIN,
            from: Link::to(dev().port()),
            to: Link::to(prod().port()),
            random: StdRng::seed_from_u64(seed),
            whole: BTreeMap::new(),
            strikes: 0,
            ended: 0,
        };
        // Staging tables have a schema of their own.
        let database = scene.pair.to.name();
        scene.pair.to.query(&format!(
            "GRANT CREATE ON DATABASE {database} TO faults_owner"
        ));
        assert!(scene.copy(), "a copy that nothing strikes succeeds");
        scene.pair.assert_equal();
        for side in SIDES {
            for way in WAYS {
                let passed = scene.link(side).passed(way);
                scene.whole.insert((side as u8, way as u8), passed);
            }
        }
        scene
    }

    pub fn link(&self, side: Side) -> &Link {
        match side {
            Side::From => &self.from,
            Side::To => &self.to,
        }
    }

    pub fn database(&self, side: Side) -> &Database {
        match side {
            Side::From => &self.pair.from,
            Side::To => &self.pair.to,
        }
    }

    /// The address of a side's database behind its link, for who copies.
    pub fn url(&self, side: Side) -> String {
        let url = self.database(side).url();
        let (login, place) = url
            .strip_prefix("postgres://")
            .and_then(|rest| rest.split_once('@'))
            .unwrap();
        let login = match self.role {
            Role::Superuser => login,
            Role::Owner => "faults_owner:pw",
        };
        let server = match side {
            Side::From => dev().port(),
            Side::To => prod().port(),
        };
        let port = self.link(side).port;
        let place = place.replace(&format!(":{server}/"), &format!(":{port}/"));
        format!("postgres://{login}@{place}")
    }

    pub fn either<T: Copy>(&mut self, all: &[T]) -> T {
        either(&mut self.random, all)
    }

    /// Any moment of a copy, a little behind its end too.
    pub fn moment(&mut self) -> Moment {
        let (side, way) = (self.either(&SIDES), self.either(&WAYS));
        let whole = self.whole[&(side as u8, way as u8)];
        Moment {
            side,
            way,
            at: self.random.random_range(0..whole + whole / 50),
        }
    }

    /// Has a later copy be struck.
    pub fn trap(&self, moment: Moment, strike: impl FnOnce() + Send + 'static) {
        self.from.mend();
        self.to.mend();
        self.link(moment.side).trap(moment.way, moment.at, strike);
    }

    /// Copies everything in sessions of its own; whether it came to its end.
    pub fn copy(&self) -> bool {
        let (from, _) = connector_as(&self.pair.from, &self.url(Side::From));
        let (to, _) = connector_as(&self.pair.to, &self.url(Side::To));
        let copied = async {
            let from = from.open(Access::ReadWrite).await?;
            let to = to.open(Access::ReadWrite).await?;
            let all = Tables::Matching(named(&["*.*"]));
            let mut options = CopyOptions::new(from, to, all, Mode::Replace);
            self.manner.set(&mut options);
            tables(&options).await
        };
        run(async {
            let ended = tokio::time::timeout(PATIENCE, copied).await;
            ended.expect("the copy ends, one way or the other").is_ok()
        })
    }

    /// Has the source go on, lets `copy` be struck by what it sets up, and holds the target against what it
    /// was and what it may have become. `copy` says whether it came to its end.
    #[track_caller]
    pub fn struck(&mut self, how: &dyn Display, copy: impl FnOnce(&mut Self) -> bool) {
        self.manner = Manner::any(&mut self.random);
        let how = format!("{how}, {:?}", self.manner);
        self.pair.from.query(NEXT);
        let (source, before) = (self.pair.from.state(), self.pair.to.state());
        let complete = copy(self);
        self.strikes += 1;
        self.ended += u32::from(!complete);
        // A trap that nothing walked into strikes nobody.
        self.from.mend();
        self.to.mend();
        self.pair.from.assert_left();
        self.pair.to.assert_left();
        let now = self.pair.to.state();
        let seen = [&source, &before, &now].map(|state| Seen::of(state));
        let [source, before, now] = &seen;
        let together = UNITS.concat();
        let units = match self.manner.atomic {
            Atomic::Unit => UNITS.as_slice(),
            Atomic::Set | Atomic::Staged => &[together.as_slice()],
        };
        for unit in units {
            let rows = now.rows_of(unit);
            assert!(
                rows == source.rows_of(unit) || !complete && rows == before.rows_of(unit),
                "{how}: {unit:?} is {rows:?}, was {:?}, {:?} at the source; the copy said it was complete: {complete}",
                before.rows_of(unit),
                source.rows_of(unit),
            );
        }
        for (sequence, position) in &now.sequences {
            let known = [&source.sequences[sequence], &before.sequences[sequence]];
            assert!(
                known.contains(&position),
                "{how}: {sequence} is at {position}, {known:?}"
            );
        }
        let changed: Vec<_> = now.rest.symmetric_difference(&before.rest).collect();
        assert!(changed.is_empty(), "{how} changed {changed:#?}");
    }

    /// A copy that nothing strikes finds nothing in its way.
    #[track_caller]
    pub fn whole(self) {
        let (ended, strikes) = (self.ended, self.strikes);
        assert!(
            ended > strikes / 4,
            "{ended} of {strikes} copies were struck"
        );
        assert!(self.copy());
        self.pair.assert_equal();
        let state = self.pair.to.state();
        assert!(!state.contains(STAGING), "{state}");
    }
}

/// The lines of a database's state by what they are about.
struct Seen<'a> {
    rows: BTreeMap<&'a str, &'a str>,
    sequences: BTreeMap<&'a str, &'a str>,
    rest: BTreeSet<&'a str>,
}

impl<'a> Seen<'a> {
    fn of(state: &'a str) -> Self {
        let mut seen = Self {
            rows: BTreeMap::new(),
            sequences: BTreeMap::new(),
            rest: BTreeSet::new(),
        };
        // What a run that was killed has staged goes with the next copy, as the last one of a scene shows.
        for line in state.lines().filter(|line| !line.contains(STAGING)) {
            let (name, value) = line.split_once('|').unwrap();
            if let Some(table) = name.strip_prefix("rows of public.") {
                seen.rows.insert(table, value);
            } else if let Some(sequence) = name.strip_prefix("sequence ") {
                seen.sequences.insert(sequence, value);
            } else {
                seen.rest.insert(line);
            }
        }
        assert_eq!(seen.rows.len(), UNITS.concat().len(), "{state}");
        seen
    }

    fn rows_of(&self, unit: &[&str]) -> Vec<&'a str> {
        unit.iter().map(|table| self.rows[table]).collect()
    }
}
