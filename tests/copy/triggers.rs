//! Triggers of the target while rows arrive.

use runner::copy::{Mode, SwitchedOff, tables};
use runner::trigger::{Options, disabled, state};

use super::*;

/// Triggers in each state, and an audit table that tells who fired.
const SCHEMA: &str = "CREATE TABLE audit (what text);
CREATE TABLE t (id int PRIMARY KEY, n text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN INSERT INTO public.audit VALUES (TG_NAME || ' ' || TG_OP); RETURN new; END $$;
CREATE TRIGGER a_origin BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER b_always BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER c_replica BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER d_off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER e_truncate BEFORE TRUNCATE ON t EXECUTE FUNCTION tell();
CREATE TRIGGER f_late BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION tell();
ALTER TABLE t ENABLE ALWAYS TRIGGER b_always;
ALTER TABLE t ENABLE REPLICA TRIGGER c_replica;
ALTER TABLE t DISABLE TRIGGER d_off";
const ROWS: &str = "ALTER TABLE t DISABLE TRIGGER USER; INSERT INTO t VALUES (1, 'x')";
const FIRED: &str = "SELECT string_agg(what, ', ' ORDER BY what) FROM audit";

fn with(mut options: CopyOptions, triggers: SwitchedOff) -> CopyOptions {
    options.guards.triggers = triggers;
    options
}

fn triggers(database: &Database) -> String {
    let state = database.state();
    let lines = state.lines().filter(|line| line.starts_with("trigger"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A role that owns `t` and may write to the audit table.
async fn owner(pair: &Pair, role: &str) -> Session {
    let to = open_as(&pair.to, role).await;
    pair.to.query(&format!(
        "ALTER TABLE t OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}; GRANT ALL ON audit TO {role}"
    ));
    to
}

#[test]
fn audit_tables_do_not_grow_and_every_trigger_ends_as_it_was() {
    let pair = Pair::new(SCHEMA, ROWS);
    let before = triggers(&pair.to);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let owner = owner(&pair, "copy_trigger_owner").await;
        for session in [&to, &owner] {
            for mode in [Mode::Replace, Mode::Upsert] {
                copy(&from, session, mode, &["t"]).await.unwrap();
                assert_eq!(pair.to.query(FIRED), "");
                assert_eq!(triggers(&pair.to), before);
            }
            pair.to
                .query("SET session_replication_role = replica; DELETE FROM t");
            copy(&from, session, Mode::Append, &["t"]).await.unwrap();
            assert_eq!(pair.to.query(FIRED), "");
            assert_eq!(triggers(&pair.to), before);
        }
    });
}

#[test]
fn triggers_fire_as_ever_where_they_are_asked_to() {
    let pair = Pair::new(SCHEMA, ROWS);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let fire = with(
            options(&from, &to, Mode::Replace, &["t"]),
            SwitchedOff::Nothing,
        );
        tables(&fire).await.unwrap();
        let fired = "a_origin INSERT, b_always INSERT, e_truncate TRUNCATE";
        assert_eq!(pair.to.query(FIRED), fired);
        let names = vec!["a_origin".to_owned(), "e_truncate".to_owned()];
        pair.to.query("TRUNCATE audit");
        let some = with(
            options(&from, &to, Mode::Replace, &["t"]),
            SwitchedOff::Names(names),
        );
        tables(&some).await.unwrap();
        assert_eq!(pair.to.query(FIRED), "b_always INSERT");
        let unknown = SwitchedOff::Names(vec!["a_origi".to_owned()]);
        let error = tables(&with(options(&from, &to, Mode::Replace, &["t"]), unknown))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "none of the tables has a trigger `a_origi` made by a user, did you mean `a_origin`"
        );
    });
}

#[test]
fn a_table_with_a_trigger_that_the_role_may_not_switch_off_is_refused_unless_it_may_fire() {
    let schema = format!("{SCHEMA}; CREATE TABLE beside (id int)");
    let pair = Pair::new(&schema, &format!("{ROWS}; INSERT INTO beside VALUES (1)"));
    run(async {
        let (from, _, _) = pair.sessions().await;
        let to = open_as(&pair.to, "copy_no_owner").await;
        pair.to
            .query("GRANT ALL ON t, beside, audit TO copy_no_owner; INSERT INTO t VALUES (7); TRUNCATE audit");
        let of = |triggers| with(options(&from, &to, Mode::Replace, &["t"]), triggers);
        let names = |names: &[&str]| {
            SwitchedOff::Names(names.iter().map(|name| (*name).to_owned()).collect())
        };
        let before = pair.to.state();
        let all = "`a_origin of t`, `b_always of t`, `e_truncate of t`";
        let asked = [
            (SwitchedOff::default(), all),
            (SwitchedOff::User, all),
            (names(&["b_always"]), "`b_always of t`"),
        ];
        for (triggers, named) in asked {
            assert_eq!(
                tables(&of(triggers)).await.unwrap_err().to_string(),
                format!(
                    "`copy_no_owner` may not switch off {named}, which would fire for the rows that are copied; connect \
                     as the owner, or let them fire: all by `triggers = false`, or all but a list of others"
                )
            );
            assert_eq!(pair.to.state(), before);
        }
        let error = copy(&from, &to, Mode::Replace, &[]).await.unwrap_err();
        assert!(
            error.to_string().contains("complete: `audit`, `beside`"),
            "{error}"
        );
        assert_eq!(
            pair.to.query("SELECT id FROM t; SELECT id FROM beside"),
            "7\n1"
        );
        for triggers in [SwitchedOff::Nothing, names(&["d_off", "f_late"])] {
            pair.to.query("TRUNCATE audit");
            tables(&of(triggers)).await.unwrap();
            assert_eq!(
                pair.to.query(FIRED),
                "a_origin INSERT, b_always INSERT, e_truncate TRUNCATE"
            );
        }
    });
}

#[test]
fn who_may_be_a_replica_needs_no_right_to_switch_triggers_off() {
    let pair = Pair::new(
        &format!("{SCHEMA}; DROP TRIGGER b_always ON t; DROP TRIGGER c_replica ON t"),
        ROWS,
    );
    run(async {
        let (from, _, _) = pair.sessions().await;
        let role = "copy_may_be_replica";
        let to = open_as(&pair.to, role).await;
        pair.to.query(&format!(
            "GRANT ALL ON t TO {role}; GRANT SET ON PARAMETER session_replication_role TO {role}"
        ));
        for mode in [Mode::Append, Mode::Upsert, Mode::Replace] {
            copy(&from, &to, mode, &["t"]).await.unwrap();
            assert_eq!(pair.to.query(FIRED), "");
            pair.assert_equal_in(&["t"]);
        }
        // The database of the role's right is the whole server.
        pair.to.query(&format!(
            "REVOKE SET ON PARAMETER session_replication_role FROM {role}"
        ));
    });
}

#[test]
fn a_copy_inside_a_block_without_triggers_leaves_them_to_the_block() {
    let pair = Pair::new(SCHEMA, ROWS);
    let before = triggers(&pair.to);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let catalog = runner::pg::catalog::Catalog::read(&to).await.unwrap();
        let table = [catalog.find("t").unwrap().clone()];
        disabled(&to, &table, &Options::default(), async |tx: &Session| {
            copy(&from, tx, Mode::Append, &["t"]).await.unwrap();
            let now = state(tx, &table).await.unwrap();
            assert!(
                now.iter()
                    .all(|trigger| trigger.enabled.word() == "disabled")
            );
            Ok::<_, runner::trigger::Error>(())
        })
        .await
        .unwrap();
    });
    assert_eq!(pair.to.query(FIRED), "");
    assert_eq!(triggers(&pair.to), before);
}

#[test]
fn a_deferrable_constraint_is_checked_whoever_copies() {
    let pair = Pair::different(
        "CREATE TABLE p (id int); CREATE TABLE t (n int, p int); INSERT INTO p VALUES (1); \
         INSERT INTO t VALUES (1, 1), (1, 1)",
        // Only the target has the function, so that nothing is known beforehand.
        "CREATE FUNCTION same(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; \
         CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (n int, p int REFERENCES p, \
           EXCLUDE USING btree (same(n) WITH =) DEFERRABLE)",
    );
    let before = pair.to.state();
    let error = pair.copy(Mode::Replace, &[]).unwrap_err();
    assert_eq!(error.pg().unwrap().sqlstate(), Some("23P01"), "{error}");
    pair.to.assert_as_before(&before);
}
