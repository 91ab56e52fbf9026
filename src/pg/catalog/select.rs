//! From patterns to tables.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Error, Result, TableName};
use super::pattern::Pattern;
use super::{Catalog, Relation};
use crate::config::did_you_mean;

/// Which tables a primitive is to work on.
#[derive(Debug, Clone, Default)]
pub struct TableFilter {
    /// Names, globs and `group:NAME`; `None` is `*`, everything the search path finds.
    pub tables: Option<Vec<String>>,
    /// The same, for what is never taken, not even when named in `tables`.
    pub exclude: Vec<String>,
    /// What `group:NAME` stands for.
    pub groups: BTreeMap<String, Vec<String>>,
}

/// The tables that were selected.
#[derive(Debug, Clone)]
pub struct Selected {
    /// In the order of the patterns, those of one pattern by schema and name; each once.
    pub tables: Vec<Relation>,
    /// Those selected by their name, not by a glob.
    pub named: BTreeSet<u32>,
    /// The names of those that patterns matched and others excluded.
    pub excluded: Vec<String>,
    /// What the patterns matched and was left out, and why: lines to print.
    pub notes: Vec<String>,
}

/// A pattern with the text it was written as.
struct Wanted {
    text: String,
    pattern: Pattern,
}

impl TableFilter {
    /// Whether it asks for every schema of users, `*.*`, be it with exclusions.
    pub fn is_everything(&self) -> Result<bool> {
        let texts = self.tables.as_deref().unwrap_or_default();
        let wanted = expand(texts, &self.groups)?;
        Ok(wanted.iter().any(|wanted| wanted.text == "*.*"))
    }
}

impl Catalog {
    /// The tables `filter` means.
    ///
    /// A name that matches nothing is an error, as is a selection that ends empty; a glob may match nothing.
    /// Views, foreign tables and tables of extensions are left out of globs. A partition goes with its root.
    pub fn select(&self, filter: &TableFilter) -> Result<Selected> {
        let everything = vec!["*".to_owned()];
        let texts = filter.tables.as_ref().unwrap_or(&everything);
        let wanted = expand(texts, &filter.groups)?;
        let excluded = expand(&filter.exclude, &filter.groups)?;
        let mut picked = Picked::default();
        for wanted in &wanted {
            self.pick(wanted, &excluded, &mut picked)?;
        }
        picked.leave_partitions_to_their_roots();
        for relation in &self.relations {
            if picked.takes_with_root(relation) && is_any(&excluded, relation) {
                picked.take_back(relation);
            }
        }
        if picked.tables.is_empty() {
            return Err(Error::EmptySelection {
                target: self.target.clone(),
                patterns: patterns_text(texts, &filter.exclude),
            });
        }
        let notes = picked.notes();
        Ok(Selected {
            excluded: picked.excluded.into_iter().collect(),
            tables: picked.tables,
            named: picked.named,
            notes,
        })
    }

    /// Whether `filter` excludes a table of this name, which need not be here: one that is not counts as
    /// visible where others of its schema are.
    pub fn is_excluded(&self, filter: &TableFilter, name: &TableName) -> Result<bool> {
        let excluded = expand(&filter.exclude, &filter.groups)?;
        let mut schema = self
            .relations
            .iter()
            .filter(|r| r.name.schema == name.schema);
        let visible = self
            .get(name)
            .map_or_else(|| schema.any(|r| r.visible), |relation| relation.visible);
        Ok(excluded
            .iter()
            .any(|x| x.pattern.matches_name(name, visible)))
    }

    /// The relations of any kind that `filter` means, a partition with its root. A name that nothing bears is no error
    /// here, and no `tables` mean all schemas.
    pub fn matching(&self, filter: &TableFilter) -> Result<BTreeSet<u32>> {
        let everything = vec!["*.*".to_owned()];
        let wanted = expand(
            filter.tables.as_ref().unwrap_or(&everything),
            &filter.groups,
        )?;
        let excluded = expand(&filter.exclude, &filter.groups)?;
        let line = |relation: &Relation| -> Vec<&Relation> {
            let ancestors = relation.ancestors.iter();
            ancestors.filter_map(|oid| self.by_oid(*oid)).collect()
        };
        let is_meant = |relation: &&Relation| {
            let has = |patterns: &[Wanted]| {
                is_any(patterns, relation) || line(relation).iter().any(|r| is_any(patterns, r))
            };
            has(&wanted) && !has(&excluded)
        };
        let meant = self.relations.iter().filter(is_meant);
        Ok(meant.map(|relation| relation.oid).collect())
    }

    fn pick(&self, wanted: &Wanted, excluded: &[Wanted], picked: &mut Picked) -> Result<()> {
        let is_glob = wanted.pattern.is_glob();
        let matching = || self.relations.iter().filter(|r| wanted.pattern.matches(r));
        if !is_glob && matching().next().is_none() {
            return Err(self.no_table(&wanted.text));
        }
        for relation in matching() {
            if is_any(excluded, relation) {
                picked.excluded.insert(relation.shown.clone());
            } else if !is_glob {
                self.check_table(relation)?;
                picked.named.insert(relation.oid);
                picked.add(relation);
            } else if !relation.kind.is_table() {
                let reason = format!("`{}` is a {}", relation.shown, relation.kind.noun());
                picked.left_out.insert(reason);
            } else if relation.in_extension {
                let reason = format!("`{}` belongs to an extension", relation.shown);
                picked.left_out.insert(reason);
            } else {
                picked.add(relation);
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Picked {
    tables: Vec<Relation>,
    seen: BTreeSet<u32>,
    named: BTreeSet<u32>,
    excluded: BTreeSet<String>,
    left_out: BTreeSet<String>,
    not_excluded: BTreeSet<String>,
}

impl Picked {
    fn add(&mut self, relation: &Relation) {
        if self.seen.insert(relation.oid) {
            self.tables.push(relation.clone());
        }
    }

    fn leave_partitions_to_their_roots(&mut self) {
        let tables = std::mem::take(&mut self.tables);
        let alone = tables
            .into_iter()
            .filter(|table| !self.takes_with_root(table));
        self.tables = alone.collect();
    }

    fn takes_with_root(&self, relation: &Relation) -> bool {
        let mut ancestors = relation.ancestors.iter();
        ancestors.any(|ancestor| self.seen.contains(ancestor))
    }

    /// A table is taken with all its partitions, or not at all.
    fn take_back(&mut self, partition: &Relation) {
        let shown = &partition.shown;
        self.excluded.remove(shown);
        self.not_excluded.insert(format!(
            "`{shown}` is a partition of a table that is taken whole"
        ));
    }

    fn notes(&self) -> Vec<String> {
        let excluded = (!self.excluded.is_empty()).then(|| {
            let names: Vec<_> = self.excluded.iter().map(|n| format!("`{n}`")).collect();
            format!("excluded: {}", names.join(", "))
        });
        let left_out = self
            .left_out
            .iter()
            .map(|reason| format!("left out: {reason}"));
        let not_excluded = self
            .not_excluded
            .iter()
            .map(|reason| format!("not excluded: {reason}"));
        excluded
            .into_iter()
            .chain(left_out)
            .chain(not_excluded)
            .collect()
    }
}

/// Patterns with every group replaced by what it stands for; groups may name groups.
fn expand(texts: &[String], groups: &BTreeMap<String, Vec<String>>) -> Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    let mut entered = BTreeSet::new();
    let mut waiting: Vec<&String> = texts.iter().rev().collect();
    while let Some(text) = waiting.pop() {
        let Some(group) = text.strip_prefix("group:") else {
            wanted.push(Wanted {
                text: text.clone(),
                pattern: Pattern::parse(text)?,
            });
            continue;
        };
        let members = groups.get(group).ok_or_else(|| Error::NoGroup {
            name: group.to_owned(),
            suggestion: did_you_mean(group, groups.keys().map(String::as_str)),
        })?;
        if entered.insert(group) {
            waiting.extend(members.iter().rev());
        }
    }
    Ok(wanted)
}

fn is_any(patterns: &[Wanted], relation: &Relation) -> bool {
    patterns
        .iter()
        .any(|wanted| wanted.pattern.matches(relation))
}

fn patterns_text(tables: &[String], exclude: &[String]) -> String {
    let quoted = |texts: &[String]| {
        let texts: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
        texts.join(", ")
    };
    match (tables, exclude) {
        ([], _) => "an empty list".to_owned(),
        (_, []) => quoted(tables),
        _ => format!("{} without {}", quoted(tables), quoted(exclude)),
    }
}

#[cfg(test)]
mod tests;
