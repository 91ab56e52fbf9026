//! What stands before the cursor: the target, how its transaction is, and red where one may break something.

use super::editor::Prompt;
use crate::pg::Status;

/// Where the next statement goes.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub target: &'a str,
    pub status: Status,
    /// Protected, and not read-only at the moment.
    pub dangerous: bool,
}

/// `dev=> `, `dev=*> ` in a transaction, `dev=!> ` in a failed one; `runner> ` without a target.
pub fn prompt(standing: Option<&Standing<'_>>, colour: bool) -> Prompt {
    let Some(standing) = standing else {
        return Prompt {
            plain: "runner> ".to_owned(),
            painted: "runner> ".to_owned(),
        };
    };
    let mark = match standing.status {
        Status::Idle => "",
        Status::Open => "*",
        Status::Failed => "!",
    };
    let target = crate::ui::escape::line(standing.target);
    let plain = format!("{target}={mark}> ");
    let painted = if colour && standing.dangerous {
        format!("\u{1b}[1;31m{target}={mark}>\u{1b}[0m ")
    } else {
        plain.clone()
    };
    Prompt { plain, painted }
}
