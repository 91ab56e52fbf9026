//! What to do now, for what a server has refused.

use std::time::Duration;

use super::Context;
use crate::host::{Failure, Field};
use crate::pg::{self, Access};

/// How long the catalogue may be asked what was meant: the error waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What helps against errors of a kind, whatever they are about.
pub fn by_state(sqlstate: &str) -> Option<&'static str> {
    match sqlstate {
        "40001" | "40P01" => Some(
            "others were writing the same rows, and it may go well the next time: put `retry(function() ... end)` around \
             the whole `transaction`",
        ),
        "42501" => Some("GRANT it to the role, or give the target a user who may"),
        "53300" => Some("end other sessions, or give fewer `jobs`"),
        "55P03" => Some(
            "wait until the other session is done, which `\\locks` at the prompt tells, or give a longer `lock_timeout`",
        ),
        "57P01" | "57P02" => Some(
            "the server is stopping, or somebody has ended the session; a transaction that was open is rolled back, so run \
             again once it is back",
        ),
        "57P03" => Some("the server is starting, stopping or recovering; run again in a moment"),
        _ => None,
    }
}

/// Adds the name that was probably meant to a failure, where it is that of something the server has not.
///
/// Asked when the run has failed for good, on a session of its own: the transaction, if one is open, has failed too.
/// Whatever goes wrong, the error stays as it is.
pub async fn advise(context: &Context, failure: &mut Failure) {
    let text = |wanted: &str| {
        let mut fields = failure.fields.iter();
        fields.find_map(|(name, field)| match field {
            Field::Text(text) if *name == wanted => Some(text.clone()),
            _ => None,
        })
    };
    let (Some(sqlstate), Some(target), None) = (text("sqlstate"), text("target"), text("hint"))
    else {
        return;
    };
    let statement = failure.statement.as_ref();
    let Some((sql, position)) = statement.and_then(|sql| Some((&sql.text, sql.position?))) else {
        return;
    };
    let Some(link) = context.link_to(&target) else {
        return;
    };
    if failure.help.is_some() || !pg::may_be_meant(&sqlstate) {
        return;
    }
    let asked = async {
        let session = link.connector.open(Access::ReadOnly).await?;
        let meant = pg::meant(&session, &sqlstate, sql, position).await;
        session.close();
        meant
    };
    if let Ok(Ok(Some(name))) = tokio::time::timeout(PATIENCE, asked).await {
        failure.help = Some(format!("did you mean `{name}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_cannot_be_talked_to_yet_is_not_said_to_be_stopping() {
        assert_eq!(
            by_state("57P03"),
            Some("the server is starting, stopping or recovering; run again in a moment")
        );
        let ended = by_state("57P01").unwrap();
        assert!(ended.contains("somebody has ended the session"), "{ended}");
    }
}
