//! The foreign keys between the tables of a copy, as the source knows their columns.

use super::super::plan::TablePlan;
use crate::pg::catalog::{Link, LinkedColumns, Relation};

/// A foreign key by the places of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tie {
    pub child: usize,
    pub parent: usize,
    pub columns: Vec<LinkedColumns>,
}

/// Those of both sides: the target's decide what is an orphan, and the source's say what belongs together.
pub(super) fn ties(tables: &[TablePlan], there: &[Link], here: &[Link]) -> Vec<Tie> {
    let mut ties: Vec<Tie> = Vec::new();
    let mut add = |tie: Tie| {
        // The operator of the source's own key is sure to be there.
        if !ties.iter().any(|other| other.is_like(&tie)) {
            ties.push(tie);
        }
    };
    for link in there {
        for (child, parent) in ends(tables, link, |table| &table.source) {
            add(Tie {
                child,
                parent,
                columns: link.columns.clone(),
            });
        }
    }
    for link in here {
        for (child, parent) in ends(tables, link, |table| &table.target) {
            let columns = link.columns.iter().map(|columns| {
                Some(LinkedColumns {
                    child: tables[child].column_at_source(&columns.child)?.to_owned(),
                    parent: tables[parent].column_at_source(&columns.parent)?.to_owned(),
                    equal: columns.equal.clone(),
                })
            });
            // What is not copied refers to nothing at the source.
            if let Some(columns) = columns.collect() {
                add(Tie {
                    child,
                    parent,
                    columns,
                });
            }
        }
    }
    ties
}

/// The tables a key is between. One that a partition has counts for its tree: a row more, and none too few.
fn ends<'t>(
    tables: &'t [TablePlan],
    link: &'t Link,
    side: fn(&TablePlan) -> &Relation,
) -> impl Iterator<Item = (usize, usize)> + 't {
    let of = move |root: u32| {
        let places = tables.iter().enumerate();
        places
            .filter(move |(_, table)| side(table).root() == root)
            .map(|(place, _)| place)
    };
    of(link.child_root)
        .flat_map(move |child| of(link.parent_root).map(move |parent| (child, parent)))
}

impl Tie {
    fn is_like(&self, other: &Self) -> bool {
        let pairs = |tie: &Self| {
            let pairs = tie.columns.iter();
            let mut pairs: Vec<_> = pairs.map(|c| (c.child.clone(), c.parent.clone())).collect();
            pairs.sort();
            pairs
        };
        (self.child, self.parent) == (other.child, other.parent) && pairs(self) == pairs(other)
    }
}
