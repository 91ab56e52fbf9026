use super::*;

fn table(oid: u32, name: &str) -> Relation {
    Relation::sample(oid, "public", name)
}

fn unit() -> Vec<Relation> {
    vec![table(1, "a"), table(2, "b")]
}

fn owner() -> Situation {
    Situation {
        wanted: ForeignKeys::Auto,
        bulk: true,
        silence: false,
        not_otherwise: false,
        no_replica: Some("`app` may not".to_owned()),
        kept: Vec::new(),
    }
}

fn superuser() -> Situation {
    Situation {
        no_replica: None,
        ..owner()
    }
}

fn names(keys: &[ForeignKey]) -> Vec<&str> {
    keys.iter().map(|key| key.name.name.as_str()).collect()
}

fn choose(keys: &[ForeignKey], situation: &Situation) -> Strategy {
    Strategy::choose(&unit(), keys, situation).unwrap()
}

#[test]
fn a_replica_comes_first_where_many_rows_go_in_and_compares_every_key_it_bypasses() {
    let mut unchecked = ForeignKey::sample(2, 2);
    unchecked.checked = false;
    let keys = [
        ForeignKey::sample(1, 2),
        unchecked,
        ForeignKey::sample(7, 8),
        ForeignKey::sample(1, 9),
    ];
    let strategy = choose(&keys, &superuser());
    assert_eq!(strategy.way, Way::Replica);
    assert_eq!(strategy.compared, [102, 109]);
    let few = Situation {
        bulk: false,
        ..superuser()
    };
    assert_eq!(choose(&keys, &few).way, Way::Order);
}

#[test]
fn nothing_is_done_about_keys_that_nobody_checks_but_triggers_are_silenced() {
    let mut unchecked = ForeignKey::sample(1, 2);
    unchecked.checked = false;
    let keys = [unchecked];
    assert_eq!(choose(&keys, &superuser()).way, Way::Free);
    let silence = Situation {
        silence: true,
        ..superuser()
    };
    let strategy = choose(&keys, &silence);
    assert_eq!(strategy.way, Way::Replica);
    assert!(strategy.compared.is_empty() && strategy.reason.is_empty());
}

#[test]
fn an_owner_orders_then_defers_then_drops() {
    let strategy = choose(&[ForeignKey::sample(1, 2)], &owner());
    assert_eq!(strategy.way, Way::Order);
    assert_eq!(
        strategy.reason,
        "foreign keys of `a`, `b`: parents before children (`app` may not)"
    );
    let mut soft = ForeignKey::sample(2, 1);
    soft.deferrable = true;
    let strategy = choose(&[ForeignKey::sample(1, 2), soft], &owner());
    assert_eq!(
        (strategy.way, names(&strategy.deferred)),
        (Way::Defer, vec!["k21"])
    );
    let strategy = choose(
        &[
            ForeignKey::sample(1, 2),
            ForeignKey::sample(2, 1),
            ForeignKey::sample(2, 9),
        ],
        &owner(),
    );
    assert_eq!(
        (strategy.way, names(&strategy.dropped)),
        (Way::Drop, vec!["k12", "k21"])
    );
    assert!(
        strategy.holds(&ForeignKey::sample(2, 9)) && !strategy.holds(&ForeignKey::sample(1, 2))
    );
}

#[test]
fn a_key_that_is_not_valid_is_dropped_alone() {
    let mut old = ForeignKey::sample(1, 1);
    old.validated = false;
    let strategy = choose(&[ForeignKey::sample(1, 2), old.clone()], &owner());
    assert_eq!(
        (strategy.way, names(&strategy.dropped)),
        (Way::Drop, vec!["k11"])
    );
    // Where that is not allowed, rows that break it are found by the server.
    old.may_drop = false;
    assert_eq!(
        choose(&[ForeignKey::sample(1, 2), old], &owner()).way,
        Way::Order
    );
}

#[test]
fn a_table_that_keeps_its_rows_does_not_hold_up_truncate() {
    let kept = Situation {
        kept: vec![9],
        ..owner()
    };
    let keys = [ForeignKey::sample(9, 1), ForeignKey::sample(2, 9)];
    let strategy = choose(&keys, &kept);
    assert_eq!(
        (strategy.way, names(&strategy.dropped)),
        (Way::Drop, vec!["k91"])
    );
    assert!(!strategy.is_held_up(&unit(), &keys, &kept.kept));
    let replica = Situation {
        no_replica: None,
        ..kept.clone()
    };
    let strategy = choose(&keys, &replica);
    assert_eq!(strategy.way, Way::Replica);
    assert!(strategy.is_held_up(&unit(), &keys, &kept.kept));
    let mut foreign = ForeignKey::sample(9, 1);
    foreign.may_drop = false;
    let error = Strategy::choose(&unit(), &[foreign], &kept).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`t9`, which cannot be copied, refers to `t1` by `k91`")
    );
}

#[test]
fn a_cycle_of_which_one_key_may_be_dropped_is_broken_there() {
    let mut stays = ForeignKey::sample(1, 2);
    stays.may_drop = false;
    let strategy = choose(&[stays.clone(), ForeignKey::sample(2, 1)], &owner());
    assert_eq!(names(&strategy.dropped), ["k21"]);
    let mut other = ForeignKey::sample(2, 1);
    other.may_drop = false;
    let error = Strategy::choose(&unit(), &[stays, other], &owner()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("form a cycle that is not deferrable"),
        "{error}"
    );
}
