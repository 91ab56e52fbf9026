use super::super::order::order;
use super::*;

fn table(oid: u32, name: &str) -> Relation {
    Relation::sample(oid, "public", name)
}

fn tables() -> Vec<Relation> {
    vec![table(1, "a"), table(2, "b"), table(3, "c")]
}

#[test]
fn a_unit_is_filled_parents_first() {
    let keys = [ForeignKey::sample(1, 3), ForeignKey::sample(3, 3)];
    assert_eq!(tied(&tables(), &keys), [vec![0, 2], vec![1]]);
    let unit = [table(1, "a"), table(3, "c")];
    assert_eq!(
        filling_order(&unit, &keys.iter().collect::<Vec<_>>()),
        [1, 0]
    );
    let names: Vec<_> = order(&tables(), &[ForeignKey::sample(1, 3)])
        .into_iter()
        .map(|t| t.shown)
        .collect();
    assert_eq!(names, ["b", "c", "a"]);
}

#[test]
fn a_reference_from_outside_is_found() {
    let keys = [
        ForeignKey::sample(1, 2),
        ForeignKey::sample(9, 3),
        ForeignKey::sample(2, 9),
    ];
    let (place, key) = reference_from_outside(&tables(), &keys).unwrap();
    assert_eq!((place, key.child), (2, 9));
    assert!(reference_from_outside(&tables(), &keys[..1]).is_none());
}

#[test]
fn keys_of_a_partitioned_table_hold_for_its_partitions() {
    let mut partitions = vec![table(11, "p1"), table(12, "p2"), table(2, "b")];
    partitions[0].ancestors = vec![1];
    partitions[1].ancestors = vec![1];
    assert_eq!(
        filling_order(&partitions, &[&ForeignKey::sample(1, 2)]),
        [2, 0, 1]
    );
}
