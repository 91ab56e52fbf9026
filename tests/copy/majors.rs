//! Between servers of different major versions, either way.

use runner::sandbox::Cluster;

use super::replace::{HARD, HARD_ROWS};
use super::*;
use crate::support::servers::newer;

fn between(from: &'static Cluster, to: &'static Cluster) {
    let pair = Pair {
        from: Database::with(from, &format!("{HARD};\n{HARD_ROWS}")),
        to: Database::with(to, HARD),
    };
    assert_ne!(
        pair.from.query("SHOW server_version"),
        pair.to.query("SHOW server_version")
    );
    for _ in 0..2 {
        pair.copy(Mode::Replace, &["*.*"]).unwrap();
        pair.assert_equal();
    }
    let keyed = ["parent", "child", "audit.log", "types", "ev", "scaled"];
    for mode in [Mode::Upsert, Mode::Mirror] {
        pair.to.query(
            "DELETE FROM child; UPDATE scaled SET v = 'theirs'; UPDATE types SET f = 0, cs = NULL",
        );
        pair.copy(mode, &keyed).unwrap();
        pair.assert_equal();
    }
}

#[test]
fn a_newer_server_takes_the_rows_of_an_older_one() {
    between(dev(), newer());
}

#[test]
fn an_older_server_takes_the_rows_of_a_newer_one() {
    between(newer(), dev());
}
