//! One writing run of a playbook per database at a time.

use super::{Error, Result, Session, Value};

/// Claims the database for a writing run of `playbook`, for as long as the session lives. Other sessions of
/// the same run may claim it too; another run is refused, with who holds it.
pub async fn claim(session: &Session, playbook: &str) -> Result<()> {
    let playbook_value = [Value::from(playbook)];
    let claimed = session
        .value(include_str!("../sql/claim.sql"), &playbook_value)
        .await?;
    if claimed.as_bool() == Some(true) {
        session.shared.kept.claim(playbook);
        return Ok(());
    }
    let holders = session
        .query(include_str!("../sql/claim_holder.sql"), &playbook_value)
        .await?
        .rows;
    let holder = holders.into_iter().next().unwrap_or_default();
    let text = |index: usize| holder.get(index).and_then(Value::as_str);
    if text(0) == Some(session.connector().application_name()) {
        return Ok(());
    }
    Err(Error::Claimed {
        target: session.name().to_owned(),
        playbook: playbook.to_owned(),
        holder: text(1).unwrap_or("it has just ended; run again").to_owned(),
    })
}
