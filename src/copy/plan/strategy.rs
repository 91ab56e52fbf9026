//! How the foreign keys of a unit are kept while it is filled, and why so.

use super::super::keys::{edges_between, tables_of};
use super::super::order::layered;
use super::super::{Error, ForeignKeys, Result};
use crate::human;
use crate::pg::catalog::{ForeignKey, Relation};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// No key of the unit is checked by anybody.
    Free,
    /// As in the session of a replica, and compared before the commit.
    Replica,
    /// Parents before children.
    Order,
    /// The same, with some keys deferred.
    Defer,
    /// The same, with some keys dropped and added again.
    Drop,
}

/// How the keys of one unit are kept.
#[derive(Debug, Clone)]
pub(crate) struct Strategy {
    pub way: Way,
    /// As a line to print; empty where there is nothing to tell.
    pub reason: String,
    pub deferred: Vec<ForeignKey>,
    pub dropped: Vec<ForeignKey>,
    /// Keys that are checked by a comparison, by oid.
    pub compared: Vec<u32>,
}

/// What the choice depends on, beside the keys.
#[derive(Debug, Clone)]
pub(crate) struct Situation {
    pub wanted: ForeignKeys,
    /// Many rows go into empty tables, so that one comparison costs less than a check for each row.
    pub bulk: bool,
    /// Triggers of users would fire, and are not to.
    pub silence: bool,
    /// Among them some that only the session of a replica keeps silent, since the role may not switch them off.
    pub not_otherwise: bool,
    /// Why the session cannot be that of a replica.
    pub no_replica: Option<String>,
    /// The unit is emptied, while these tables, which may refer to it, keep their rows.
    pub kept: Vec<u32>,
}

impl Way {
    pub fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Replica => "replica",
            Self::Order => "order",
            Self::Defer => "defer",
            Self::Drop => "drop",
        }
    }
}

impl Strategy {
    /// For the tables of a unit, given all the keys of the database.
    pub fn choose(unit: &[Relation], keys: &[ForeignKey], situation: &Situation) -> Result<Self> {
        let case = Case::new(unit, keys, situation);
        match situation.wanted {
            ForeignKeys::Auto => case.auto(),
            ForeignKeys::Replica => case.replica(),
            ForeignKeys::Order => case.checking(false),
            ForeignKeys::Defer => case.checking(true),
            ForeignKeys::Drop => case.by_dropping_all(),
        }
    }

    pub fn free() -> Self {
        Self {
            way: Way::Free,
            reason: String::new(),
            deferred: Vec::new(),
            dropped: Vec::new(),
            compared: Vec::new(),
        }
    }

    /// Whether tables that keep their rows hold up TRUNCATE.
    pub fn is_held_up(&self, unit: &[Relation], keys: &[ForeignKey], kept: &[u32]) -> bool {
        keys.iter().any(|key| {
            kept.contains(&key.child_root)
                && unit.iter().any(|table| table.root() == key.parent_root)
                && !self.dropped.iter().any(|other| other.oid == key.oid)
        })
    }

    /// Whether the server checks this key for each row that is written.
    pub fn holds(&self, key: &ForeignKey) -> bool {
        let is = |other: &&ForeignKey| other.oid == key.oid;
        self.way != Way::Replica
            && key.checked
            && self.deferred.iter().chain(&self.dropped).find(is).is_none()
    }
}

struct Case<'a> {
    unit: &'a [Relation],
    /// The keys from or to the unit that the server checks.
    checked: Vec<&'a ForeignKey>,
    /// Keys from tables that keep their rows, for which TRUNCATE would be refused.
    from_kept: Vec<&'a ForeignKey>,
    situation: &'a Situation,
}

impl<'a> Case<'a> {
    fn new(unit: &'a [Relation], keys: &'a [ForeignKey], situation: &'a Situation) -> Self {
        let is_here = |root| unit.iter().any(|table| table.root() == root);
        let checked = keys
            .iter()
            .filter(|key| key.checked && (is_here(key.child_root) || is_here(key.parent_root)));
        let is_kept = |key: &&ForeignKey| {
            situation.kept.contains(&key.child_root) && is_here(key.parent_root)
        };
        Self {
            unit,
            checked: checked.collect(),
            from_kept: keys.iter().filter(is_kept).collect(),
            situation,
        }
    }

    fn auto(&self) -> Result<Strategy> {
        let can_be_replica = self.situation.no_replica.is_none();
        let wanted = !self.checked.is_empty() || self.situation.silence;
        let pays = self.situation.bulk && wanted;
        if can_be_replica && (pays || self.situation.not_otherwise) {
            return self.replica();
        }
        let broken = self.written().filter(|key| !key.validated);
        let in_the_way: Vec<&ForeignKey> = broken.chain(self.from_kept.iter().copied()).collect();
        let in_order = self.checking(false);
        match in_order {
            Ok(strategy) if in_the_way.is_empty() => Ok(strategy),
            _ if can_be_replica => self.replica(),
            in_order => self.by_dropping(&in_the_way, in_order),
        }
    }

    fn replica(&self) -> Result<Strategy> {
        if let Some(reason) = &self.situation.no_replica {
            return Err(self.impossible(reason.clone()));
        }
        let reason = match self.checked.as_slice() {
            [] => String::new(),
            _ => format!(
                "foreign keys of {}: bypassed by `session_replication_role = replica`, and compared on both sides \
                 before the commit",
                self.names()
            ),
        };
        Ok(Strategy {
            way: Way::Replica,
            reason,
            compared: self.checked.iter().map(|key| key.oid).collect(),
            ..Strategy::free()
        })
    }

    /// With every key where it is.
    fn checking(&self, defer: bool) -> Result<Strategy> {
        match self.from_kept.first() {
            None => self.by_order(defer, &[]),
            Some(key) => Err(self.impossible(format!(
                "`{}`, which cannot be copied, refers to `{}` by `{}`, so that it cannot be emptied",
                key.child_shown, key.parent_shown, key.name.name
            ))),
        }
    }

    /// Parents first; keys inside a cycle are deferred, or all where `defer` says so. Some are out of the way.
    fn by_order(&self, defer: bool, dropped: &[&ForeignKey]) -> Result<Strategy> {
        let left: Vec<&ForeignKey> = self
            .checked
            .iter()
            .filter(|key| !dropped.iter().any(|other| other.oid == key.oid))
            .copied()
            .collect();
        let in_cycle = self.in_cycle(&left);
        let deferred: Vec<&ForeignKey> = left
            .iter()
            .filter(|key| key.deferrable && (defer || in_cycle.iter().any(|k| k.oid == key.oid)))
            .copied()
            .collect();
        let held: Vec<&ForeignKey> = left
            .into_iter()
            .filter(|key| !deferred.iter().any(|other| other.oid == key.oid))
            .collect();
        let cycle = self.in_cycle(&held);
        if !cycle.is_empty() {
            return Err(refused_cycle(&cycle));
        }
        let way = match (dropped, deferred.as_slice()) {
            ([], []) if self.checked.is_empty() => Way::Free,
            ([], []) => Way::Order,
            ([], _) => Way::Defer,
            _ => Way::Drop,
        };
        Ok(Strategy {
            way,
            reason: self.reason(way, &deferred, dropped),
            deferred: deferred.into_iter().cloned().collect(),
            dropped: dropped.iter().map(|key| (*key).clone()).collect(),
            compared: Vec::new(),
        })
    }

    /// Without the keys that rows may break, and what holds a cycle together.
    fn by_dropping(
        &self,
        broken: &[&'a ForeignKey],
        in_order: Result<Strategy>,
    ) -> Result<Strategy> {
        let held: Vec<&ForeignKey> = self
            .checked
            .iter()
            .filter(|key| !key.deferrable)
            .copied()
            .collect();
        let dropped: Vec<&ForeignKey> = self
            .in_cycle(&held)
            .into_iter()
            .chain(broken.iter().copied())
            .filter(|key| key.may_drop)
            .collect();
        let stays = |key: &&ForeignKey| !key.may_drop;
        match dropped.as_slice() {
            _ if self.from_kept.iter().any(stays) => in_order,
            [] => in_order,
            dropped => self.by_order(false, &distinct(dropped)),
        }
    }

    fn by_dropping_all(&self) -> Result<Strategy> {
        let all: Vec<&ForeignKey> = self
            .written()
            .chain(self.from_kept.iter().copied())
            .collect();
        if let Some(key) = all.iter().find(|key| !key.may_drop) {
            return Err(self.impossible(format!(
                "the role does not own both `{}` and `{}`, between which `{}` is, or its triggers have been altered",
                key.child_shown, key.parent_shown, key.name.name
            )));
        }
        self.by_order(false, &distinct(&all))
    }

    /// The keys that rows written to the unit have to fulfil.
    fn written(&self) -> impl Iterator<Item = &'a ForeignKey> + use<'a, '_> {
        let is_here = |key: &&ForeignKey| self.unit.iter().any(|t| t.root() == key.child_root);
        self.checked.iter().copied().filter(is_here)
    }

    /// Those of the keys that are part of a cycle within the unit.
    fn in_cycle(&self, keys: &[&'a ForeignKey]) -> Vec<&'a ForeignKey> {
        let edges: Vec<_> = edges_between(self.unit, keys).collect();
        let places: Vec<_> = edges.iter().map(|(edge, _)| *edge).collect();
        let groups = layered(self.unit.len(), &places);
        let together = |a, b| {
            groups
                .iter()
                .any(|group| group.contains(&a) && group.contains(&b))
        };
        let inside = edges
            .into_iter()
            .filter(|((child, parent), _)| together(*child, *parent));
        let keys: Vec<&ForeignKey> = inside.map(|(_, key)| key).collect();
        distinct(&keys)
    }

    fn reason(&self, way: Way, deferred: &[&ForeignKey], dropped: &[&ForeignKey]) -> String {
        let why = match &self.situation.no_replica {
            Some(reason) if self.situation.bulk => format!(" ({reason})"),
            _ => String::new(),
        };
        let unit = self.names();
        match way {
            Way::Free | Way::Replica => String::new(),
            Way::Order if self.unit.len() == 1 => String::new(),
            Way::Order => format!("foreign keys of {unit}: parents before children{why}"),
            Way::Defer => format!(
                "foreign keys of {unit}: {} deferred, and checked before the commit{why}",
                key_names(deferred)
            ),
            Way::Drop => format!(
                "foreign keys of {unit}: {} dropped, and added again just as they were, in one commit; whoever uses \
                 {} waits for it{why}",
                key_names(dropped),
                human::some(&tables_of(dropped), 5)
            ),
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.unit.iter().map(|table| table.shown.as_str()).collect();
        human::some(&names, 5)
    }

    fn impossible(&self, reason: String) -> Error {
        Error::ForeignKeys {
            way: self.situation.wanted.word(),
            tables: self.names(),
            reason,
        }
    }
}

fn refused_cycle(keys: &[&ForeignKey]) -> Error {
    let tables = tables_of(keys);
    Error::Cycle {
        tables: human::some(&tables, 20),
        keys: key_names(keys),
    }
}

fn key_names(keys: &[&ForeignKey]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| key.name.name.as_str()).collect();
    human::some(&names, 20)
}

fn distinct<'a>(keys: &[&'a ForeignKey]) -> Vec<&'a ForeignKey> {
    let mut seen = std::collections::BTreeSet::new();
    let new = |key: &&&ForeignKey| seen.insert(key.oid);
    keys.iter().filter(new).copied().collect()
}

#[cfg(test)]
mod tests;
