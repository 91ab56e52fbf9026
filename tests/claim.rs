//! A run knows its own sessions again, whatever its playbook is called.

use runner::pg::{Access, Connector, claim};

use crate::direct::{connector, run};
use crate::support::{Database, dev};

#[test]
fn sessions_of_one_run_share_a_claim_under_any_name() {
    let database = Database::empty(dev());
    let (other, _) = connector(&database);
    let long = format!("runner 1-2 {}", "long".repeat(20));
    for name in ["runner 1-2 plain", "runner 1-2 \u{fc}bertragen\t!", &long] {
        let open = || {
            let reporter = other.reporter().clone();
            Connector::new(other.target().clone(), name, reporter).unwrap()
        };
        run(async {
            let first = open();
            let [one, two] = [
                first.open(Access::ReadWrite).await.unwrap(),
                first.open(Access::ReadWrite).await.unwrap(),
            ];
            claim(&one, "promote").await.unwrap();
            claim(&two, "promote").await.unwrap();
            let stranger = other.open(Access::ReadWrite).await.unwrap();
            let error = claim(&stranger, "promote").await.unwrap_err();
            let message = error.to_string();
            assert!(
                message.starts_with("another run of `promote` is"),
                "{message}"
            );
        });
    }
    database.assert_left();
}
