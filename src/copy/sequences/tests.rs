use super::*;
use crate::pg::TableName;
use crate::pg::catalog::SequencePrivileges;

fn sequence(increment: i64) -> Sequence {
    Sequence {
        oid: 1,
        name: TableName::new("public", "s"),
        visible: true,
        in_extension: false,
        owner_table: Some(2),
        increment,
        min: if increment < 0 { -100 } else { 1 },
        max: if increment < 0 { -1 } else { 100 },
        cycle: false,
        may: SequencePrivileges::default(),
    }
}

fn at(last: i64, called: bool) -> Position {
    Position { last, called }
}

fn goal(increment: i64, current: Position, known: &[Position]) -> Option<Position> {
    with_aim(Aim::PastRows, increment, current, known)
}

fn with_aim(aim: Aim, increment: i64, current: Position, known: &[Position]) -> Option<Position> {
    let goal = Goal {
        sequence: &sequence(increment),
        columns: Vec::new(),
        known: known.to_vec(),
    };
    goal.of(current, aim)
}

#[test]
fn the_furthest_position_wins_and_none_goes_back() {
    assert_eq!(goal(1, at(1, false), &[at(1, false)]), None);
    assert_eq!(
        goal(1, at(1, false), &[at(7, true), at(9, false)]),
        Some(at(9, false))
    );
    assert_eq!(goal(1, at(8, true), &[at(9, false), at(3, true)]), None);
    assert_eq!(goal(1, at(8, true), &[at(9, true)]), Some(at(9, true)));
    assert_eq!(
        goal(-1, at(-5, true), &[at(-4, true), at(-9, true)]),
        Some(at(-9, true))
    );
    assert_eq!(goal(-1, at(-5, true), &[at(-4, true)]), None);
}

#[test]
fn a_number_outside_the_bounds_does_not_move_it() {
    assert_eq!(goal(1, at(8, true), &[at(5000, true)]), None);
    assert_eq!(
        goal(1, at(8, true), &[at(5000, true), at(9, true)]),
        Some(at(9, true))
    );
}

#[test]
fn as_the_source_means_written_as_there_and_never_back() {
    let goal = |current, known| with_aim(Aim::AsSource, 1, current, &[known]);
    assert_eq!(goal(at(8, true), at(9, false)), Some(at(9, false)));
    assert_eq!(goal(at(9, false), at(8, true)), Some(at(8, true)));
    assert_eq!(goal(at(9, false), at(9, false)), None);
    assert_eq!(goal(at(9, true), at(9, false)), None);
}
