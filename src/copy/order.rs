//! Tables in the order of their foreign keys, and the groups that keys tie together.

use std::collections::{BTreeSet, HashMap};

use crate::pg::catalog::{ForeignKey, Relation};

/// The tables with parents before children. Where the keys leave it free the given order is kept; tables in a
/// cycle of keys stay together.
pub fn order(tables: &[Relation], keys: &[ForeignKey]) -> Vec<Relation> {
    let edges: Vec<Edge> = edges(tables, keys).map(|(edge, _)| edge).collect();
    let groups = layered(tables.len(), &edges);
    let tables = groups
        .into_iter()
        .flatten()
        .map(|index| tables[index].clone());
    tables.collect()
}

/// A child and its parent, as places in a list of tables.
pub(super) type Edge = (usize, usize);

/// The keys between two different ones of the tables. A key of a partitioned table holds for each of its
/// partitions that stands in the list by itself.
pub(super) fn edges<'a>(
    tables: &[Relation],
    keys: impl IntoIterator<Item = &'a ForeignKey>,
) -> impl Iterator<Item = (Edge, &'a ForeignKey)> {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (place, table) in tables.iter().enumerate() {
        places.entry(table.root()).or_default().push(place);
    }
    let at = move |root| places.get(root).cloned().unwrap_or_default();
    keys.into_iter().flat_map(move |key| {
        let (children, parents) = (at(&key.child_root), at(&key.parent_root));
        let pairs = children.into_iter().flat_map(move |child| {
            parents
                .clone()
                .into_iter()
                .map(move |parent| (child, parent))
        });
        pairs
            .filter(|(child, parent)| child != parent)
            .map(move |edge| (edge, key))
    })
}

/// Places in groups, parents before children: a place alone, or all the places of a cycle.
pub(super) fn layered(count: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let cycle = cycles(count, edges);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for place in 0..count {
        members[cycle[place]].push(place);
    }
    let mut waits_for = vec![BTreeSet::new(); count];
    let mut needed_by = vec![BTreeSet::new(); count];
    for (child, parent) in edges {
        let (child, parent) = (cycle[*child], cycle[*parent]);
        if child != parent {
            waits_for[child].insert(parent);
            needed_by[parent].insert(child);
        }
    }
    // A group bears the number of its first member, so the smallest number is the first in the given order.
    let mut ready: BTreeSet<usize> = (0..count)
        .filter(|group| !members[*group].is_empty() && waits_for[*group].is_empty())
        .collect();
    let mut ordered = Vec::new();
    while let Some(group) = ready.pop_first() {
        ordered.push(std::mem::take(&mut members[group]));
        for child in &needed_by[group] {
            waits_for[*child].remove(&group);
            if waits_for[*child].is_empty() {
                ready.insert(*child);
            }
        }
    }
    ordered
}

/// Places that edges connect, in whatever direction, each group in the given order.
pub(super) fn connected(count: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let both_ways: Vec<Edge> = edges
        .iter()
        .flat_map(|(a, b)| [(*a, *b), (*b, *a)])
        .collect();
    let group = cycles(count, &both_ways);
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); count];
    for place in 0..count {
        groups[group[place]].push(place);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// For each place the first place of the cycle it is in; itself where it is in none. (Kosaraju's algorithm: in
/// the order in which a first walk leaves the places, a walk against the edges reaches one cycle at a time.)
fn cycles(count: usize, edges: &[Edge]) -> Vec<usize> {
    let (mut forward, mut backward) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (child, parent) in edges {
        forward[*child].push(*parent);
        backward[*parent].push(*child);
    }
    let mut left = Vec::with_capacity(count);
    let mut seen = vec![false; count];
    for place in 0..count {
        walk(place, &forward, &mut seen, &mut left);
    }
    let mut first = vec![0; count];
    let mut seen = vec![false; count];
    for place in left.iter().rev() {
        let mut cycle = Vec::new();
        walk(*place, &backward, &mut seen, &mut cycle);
        let smallest = cycle.iter().min().copied().unwrap_or_default();
        for member in cycle {
            first[member] = smallest;
        }
    }
    first
}

/// Appends the places that can be reached and were not seen yet, each when the walk leaves it.
fn walk(start: usize, next: &[Vec<usize>], seen: &mut [bool], left: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut path = vec![(start, 0)];
    while let Some((place, tried)) = path.last_mut() {
        let Some(neighbour) = next[*place].get(*tried).copied() else {
            left.push(*place);
            path.pop();
            continue;
        };
        *tried += 1;
        if !std::mem::replace(&mut seen[neighbour], true) {
            path.push((neighbour, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parents_come_first_and_the_given_order_stays_where_it_is_free() {
        // 0 is a child of 3, 1 of 0; 2 and 4 are free.
        assert_eq!(
            layered(5, &[(0, 3), (1, 0)]),
            [[2], [3], [0], [1], [4]].map(Vec::from)
        );
        assert_eq!(layered(3, &[]), [[0], [1], [2]].map(Vec::from));
    }

    #[test]
    fn a_cycle_stays_together_behind_its_parents() {
        let groups = layered(5, &[(0, 2), (2, 0), (0, 4), (1, 2)]);
        assert_eq!(groups, [vec![3], vec![4], vec![0, 2], vec![1]]);
    }

    #[test]
    fn tables_tied_by_keys_form_a_unit() {
        let groups = connected(6, &[(5, 1), (1, 3), (0, 4)]);
        assert_eq!(groups, [vec![0, 4], vec![1, 3, 5], vec![2]]);
    }

    proptest! {
        #[test]
        fn every_place_comes_once_and_no_child_before_its_parent(
            edges in prop::collection::vec((0..12_usize, 0..12_usize), 0..30)
        ) {
            let groups = layered(12, &edges);
            let mut group_of = [usize::MAX; 12];
            for (number, group) in groups.iter().enumerate() {
                for place in group {
                    prop_assert_eq!(group_of[*place], usize::MAX);
                    group_of[*place] = number;
                }
            }
            prop_assert!(group_of.iter().all(|group| *group != usize::MAX));
            for (child, parent) in edges {
                prop_assert!(group_of[parent] <= group_of[child]);
            }
        }
    }
}
