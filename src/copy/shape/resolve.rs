//! From what is said by names and patterns to what holds for each table.

use std::collections::BTreeMap;

use super::super::{Result, shape};
use super::{Columns, Condition, Error, Mask, PerTable, Shape};
use crate::config::did_you_mean;
use crate::pg::catalog::{Catalog, Pattern, Relation};

/// What is said about one table.
#[derive(Debug, Clone, Default)]
pub(in crate::copy) struct TableShape {
    pub condition: Option<Condition>,
    pub columns: Option<Columns>,
    /// The name of the table on the target, where it has another one there.
    pub target: Option<String>,
    pub renamed: BTreeMap<String, String>,
    pub order_by: Option<String>,
    pub masks: BTreeMap<String, SaidMask>,
    pub limit: Option<u64>,
    pub root: Option<Condition>,
    /// Whether rows come along with those they refer to.
    pub child: bool,
}

/// A mask with where it was said.
#[derive(Debug, Clone)]
pub(in crate::copy) struct SaidMask {
    pub mask: Mask,
    /// The name or pattern of tables.
    pub pattern: String,
    pub by_name: bool,
    /// Patterns that say something about the same column, and count less.
    pub instead_of: Vec<String>,
}

/// What is said about each of the tables, in their order, and lines about what is said for nothing.
pub(in crate::copy) fn resolve(
    shape: &Shape,
    catalog: &Catalog,
    tables: &[Relation],
) -> Result<(Vec<TableShape>, Vec<String>)> {
    let mut scene = Scene {
        catalog,
        tables,
        notes: Vec::new(),
    };
    let mut conditions = scene.each("where", &shape.conditions)?.into_iter();
    let mut columns = scene.each("columns", &shape.columns)?.into_iter();
    let mut renames = scene.each("rename", &shape.rename)?.into_iter();
    let mut orders = scene.each("order_by", &shape.order_by)?.into_iter();
    let mut masks = scene.masks(&shape.masks)?.into_iter();
    let mut limits = scene.each("limit", &shape.limit)?.into_iter();
    let mut roots = scene.each("roots", &shape.roots)?.into_iter();
    let mut children = scene.each("children", &shape.children)?.into_iter();
    let mut shapes = Vec::with_capacity(tables.len());
    for _ in tables {
        let rename = renames.next().flatten().cloned().unwrap_or_default();
        shapes.push(TableShape {
            condition: conditions.next().flatten().cloned(),
            columns: columns.next().flatten().cloned(),
            target: rename.table,
            renamed: rename.columns,
            order_by: orders.next().flatten().cloned(),
            masks: masks.next().unwrap_or_default(),
            limit: limits.next().flatten().copied(),
            root: roots.next().flatten().cloned(),
            child: children.next().flatten().copied().unwrap_or_default(),
        });
    }
    Ok((shapes, scene.notes))
}

struct Scene<'a> {
    catalog: &'a Catalog,
    tables: &'a [Relation],
    notes: Vec<String>,
}

/// What is said about one table, the most particular first.
type Said<'s, T> = Vec<(&'s str, &'s T)>;

impl Scene<'_> {
    /// The one thing that holds for each table: what names it, else what a pattern says.
    fn each<'s, T>(
        &mut self,
        option: &'static str,
        said: &'s PerTable<T>,
    ) -> Result<Vec<Option<&'s T>>> {
        let all = self.all(option, said)?;
        let one = |(table, said): (&Relation, Said<'s, T>)| match said[..] {
            [] => Ok(None),
            [(one, _), (other, _), ..] if is_glob(one) => Err(Error::Ambiguous {
                option,
                one: one.to_owned(),
                other: other.to_owned(),
                table: table.shown.clone(),
            }
            .into()),
            [(_, value), ..] => Ok(Some(value)),
        };
        self.tables.iter().zip(all).map(one).collect()
    }

    /// The masks of each table's columns: of a column that two say something about, what names the table.
    fn masks(
        &mut self,
        said: &PerTable<BTreeMap<String, Mask>>,
    ) -> Result<Vec<BTreeMap<String, SaidMask>>> {
        let all = self.all("mask", said)?;
        let merge = |(table, said): (&Relation, Said<BTreeMap<String, Mask>>)| {
            let mut masks: BTreeMap<String, SaidMask> = BTreeMap::new();
            for (pattern, columns) in said {
                let by_name = !is_glob(pattern);
                for (column, mask) in columns {
                    if let Some(other) = masks.get_mut(column) {
                        if other.by_name {
                            other.instead_of.push(pattern.to_owned());
                            continue;
                        }
                        return Err(Error::Ambiguous {
                            option: "mask",
                            one: other.pattern.clone(),
                            other: pattern.to_owned(),
                            table: table.shown.clone(),
                        }
                        .into());
                    }
                    let said = SaidMask {
                        mask: mask.clone(),
                        pattern: pattern.to_owned(),
                        by_name,
                        instead_of: Vec::new(),
                    };
                    masks.insert(column.clone(), said);
                }
            }
            Ok(masks)
        };
        self.tables.iter().zip(all).map(merge).collect()
    }

    /// All that is said about each table.
    fn all<'s, T>(
        &mut self,
        option: &'static str,
        said: &'s PerTable<T>,
    ) -> Result<Vec<Said<'s, T>>> {
        let entries = match said {
            PerTable::Every(value) => return Ok(vec![vec![("*.*", value)]; self.tables.len()]),
            PerTable::Only(value) => {
                return match self.tables {
                    [_] => Ok(vec![vec![("*.*", value)]]),
                    tables => Err(Error::NotOneTable {
                        option,
                        count: tables.len(),
                        table: tables.first().map_or_else(String::new, |t| t.shown.clone()),
                    }
                    .into()),
                };
            }
            PerTable::Named(entries) => entries,
        };
        let mut all: Vec<Said<'s, T>> = self.tables.iter().map(|_| Vec::new()).collect();
        for (name, value) in entries {
            let pattern = Pattern::parse(name)?;
            let mut is_copied = false;
            for (table, said) in self.tables.iter().zip(&mut all) {
                if pattern.matches(table) {
                    is_copied = true;
                    let place = if pattern.is_glob() { said.len() } else { 0 };
                    said.insert(place, (name.as_str(), value));
                }
            }
            if !is_copied {
                self.check_is_there(option, name, &pattern)?;
            }
        }
        Ok(all)
    }

    /// A slip in a name could let rows or columns cross that were to stay.
    fn check_is_there(
        &mut self,
        option: &'static str,
        name: &str,
        pattern: &Pattern,
    ) -> Result<()> {
        if self.catalog.relations().iter().any(|r| pattern.matches(r)) {
            self.notes.push(format!(
                "option `{option}` names `{name}`, which is not in this copy"
            ));
            return Ok(());
        }
        let names = self.tables.iter().map(|table| table.shown.as_str());
        Err(Error::NoTable {
            option,
            name: name.to_owned(),
            source_name: self.catalog.target().to_owned(),
            suggestion: did_you_mean(name, names),
        }
        .into())
    }
}

fn is_glob(name: &str) -> bool {
    Pattern::parse(name).is_ok_and(|pattern| pattern.is_glob())
}

impl TableShape {
    /// What a column of the source is called on the target.
    pub fn name_on_target<'a>(&'a self, column: &'a str) -> &'a str {
        self.renamed.get(column).map_or(column, String::as_str)
    }

    /// Whether the column is to cross.
    pub fn takes(&self, column: &str) -> bool {
        let is_named = |names: &[String]| names.iter().any(|name| name == column);
        match &self.columns {
            None => true,
            Some(Columns::These(names)) => is_named(names),
            Some(Columns::Except(names)) => !is_named(names),
        }
    }

    /// Refuses names of columns that are not there. What is left out may be on either side.
    pub fn check_names(&self, table: &str, source: &[String], target: &[String]) -> Result<()> {
        let source: Vec<&str> = source.iter().map(String::as_str).collect();
        let renamed = self.renamed.keys().map(|name| ("rename", name.as_str()));
        let (chosen, left_out): (&[String], &[String]) = match &self.columns {
            None => (&[], &[]),
            Some(Columns::These(names)) => (names, &[]),
            Some(Columns::Except(names)) => (&[], names),
        };
        let chosen = chosen.iter().map(|name| ("columns", name.as_str()));
        for (option, column) in renamed.chain(chosen) {
            check_name(option, table, column, &source)?;
        }
        let either: Vec<&str> = source
            .into_iter()
            .chain(target.iter().map(String::as_str))
            .collect();
        for column in left_out {
            check_name("columns", table, column, &either)?;
        }
        Ok(())
    }
}

fn check_name(option: &'static str, table: &str, column: &str, known: &[&str]) -> Result<()> {
    if known.contains(&column) {
        return Ok(());
    }
    Err(shape::Error::NoColumn {
        option,
        table: table.to_owned(),
        column: column.to_owned(),
        suggestion: did_you_mean(column, known.iter().copied()),
    }
    .into())
}
