//! What the Lua layer awaits can move between threads: a rule the compiler checks here.

use runner::copy::verify;
use runner::pg::catalog::Relation;
use runner::pg::{Session, script};
use runner::{trigger, watermark};

fn is_send(_: impl Send) {}

#[test]
fn futures_that_playbooks_wait_for_are_send() {
    // Compiled, not run.
    let _ = |session: Session, tables: Vec<Relation>, marks: watermark::Marks| {
        is_send(script::run(&session, "", &script::ScriptOptions::default()));
        is_send(script::check(
            &session,
            "",
            &script::ScriptOptions::default(),
        ));
        is_send(trigger::state(&session, &tables));
        is_send(trigger::preview(
            &session,
            &tables,
            &trigger::Options::default(),
        ));
        is_send(trigger::disable(
            &session,
            &tables,
            &trigger::Options::default(),
        ));
        is_send(marks.changed(&session, &tables[0], &watermark::ChangedOptions::default()));
        is_send(marks.show());
    };
    let _ = |guard: trigger::Guard, session: Session| {
        is_send(async move { guard.restore(&session).await });
    };
    let _ = |marks: watermark::Marks, tx: Session, changed: watermark::Changed| {
        is_send(async move { marks.advance(&tx, &changed).await });
    };
    let _ = |options: verify::VerifyOptions| {
        is_send(async move { verify::tables(&options).await.map(|_| ()) });
    };
}
