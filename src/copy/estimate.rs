//! What the planner expects of a statement.

use serde_json::Value as Json;

use crate::pg::{self, Session, Value};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub rows: u64,
    /// Of all rows, as they are in memory.
    pub bytes: u64,
    /// In the planner's own units.
    pub cost: f64,
}

/// Nothing is executed.
pub(super) async fn estimate(session: &Session, sql: &str) -> pg::Result<Option<Estimate>> {
    let explained = session
        .value(&format!("EXPLAIN (FORMAT JSON) {sql}"), &[])
        .await?;
    let plan = match &explained {
        Value::Json(json) => json.pointer("/0/Plan").cloned(),
        Value::Text(text) => serde_json::from_str::<Json>(text)
            .ok()
            .and_then(|json| json.pointer("/0/Plan").cloned()),
        _ => None,
    };
    Ok(plan.as_ref().and_then(read))
}

fn read(plan: &Json) -> Option<Estimate> {
    let rows = whole(plan, "Plan Rows")?;
    Some(Estimate {
        rows,
        bytes: rows.saturating_mul(whole(plan, "Plan Width")?),
        cost: plan.get("Total Cost")?.as_f64()?,
    })
}

/// The planner's numbers may have a fraction since PostgreSQL 18.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, never negative"
)]
fn whole(plan: &Json, name: &str) -> Option<u64> {
    let number = plan.get(name)?;
    number.as_u64().or_else(|| Some(number.as_f64()? as u64))
}
