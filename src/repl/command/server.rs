//! The targets and what goes on there.

use std::time::{Duration, Instant};

use super::{Source, Words};
use crate::pg::{Access, Status, Value};
use crate::repl::session::Session;
use crate::repl::{Flow, Result, Trouble};

/// `\c TARGET`
pub async fn switch(session: &mut Session, source: &mut Source, words: Words) -> Result<Flow> {
    match words.first() {
        Some(name) => {
            session.open_target(name).await?;
            session.take_target(name)?;
            Ok(Flow::GoesOn)
        }
        None => conninfo(session, source, words).await,
    }
}

/// `\conninfo`
pub async fn conninfo(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    let db = session.db()?;
    let handle = db.handle();
    let mut told = vec![format!(
        "{}: {}, backend {}",
        db.name(),
        handle.server().describe(),
        handle.pid()
    )];
    if db.is_protected() {
        told.push(if handle.is_read_only() {
            "protected: read-only; `\\write` allows it to be written to".to_owned()
        } else {
            "protected, and open to be written to".to_owned()
        });
    }
    let current = session.current();
    let others: Vec<_> = session
        .names()
        .filter(|name| Some(*name) != current)
        .collect();
    if !others.is_empty() {
        told.push(format!("also open: {}", others.join(", ")));
    }
    session.results.print(&told.join("\n"))?;
    Ok(Flow::GoesOn)
}

/// `\write [MINUTES|off]`
pub async fn write(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let minutes = match words.first() {
        None => None,
        Some("off") => Some(0.0),
        Some(word) => match word.parse::<f64>() {
            Ok(minutes) if (0.0..=1440.0).contains(&minutes) => Some(minutes),
            _ => {
                return Err(Trouble::usage(format!(
                    "`\\write` takes minutes of a day, or `off`; got `{word}`"
                )));
            }
        },
    };
    let db = session.db()?.clone();
    let handle = db.handle().clone();
    if !db.is_protected() {
        session.note(format!(
            "`{}` is not protected: it can be written to",
            db.name()
        ));
        return Ok(Flow::GoesOn);
    }
    if handle.status() != Status::Idle {
        return Err(Trouble::failed(
            "a transaction is open; end it first: what it may do was settled when it began",
        ));
    }
    if minutes == Some(0.0) {
        handle.set_access(Access::ReadOnly);
        session.forget_phrases();
        session.write_until(None);
        session.note(format!("`{}` is read-only again", db.name()));
        return Ok(Flow::GoesOn);
    }
    if session.context().options.dry_run {
        return Err(Trouble::failed(
            "this is a dry run: nothing can be written to",
        ));
    }
    db.ensure_write().await?;
    let until = minutes.map(|minutes| Instant::now() + Duration::from_secs_f64(minutes * 60.0));
    session.write_until(until);
    let how_long = match minutes {
        Some(minutes) => format!("for {minutes} minutes"),
        None => "until the end of this session".to_owned(),
    };
    session.note(format!("`{}` can be written to {how_long}", db.name()));
    Ok(Flow::GoesOn)
}

/// `\tunnel [TARGET]`
pub async fn tunnel(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let target = match words.first() {
        Some(name) => name.to_owned(),
        None => session
            .current()
            .map(str::to_owned)
            .ok_or_else(|| Trouble::usage("`\\tunnel` needs a target: none is open"))?,
    };
    let open = "local t = tunnel.open { target = (...) } return t.url";
    let values = session.lua.call(open, target).await?;
    let values: Vec<_> = values.into_iter().collect();
    session.echo(&values)?;
    session.note("it stays until the end of this session");
    Ok(Flow::GoesOn)
}

/// `\activity`
pub async fn activity(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    show(session, include_str!("../../sql/repl/activity.sql")).await
}

/// `\locks`
pub async fn locks(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    show(session, include_str!("../../sql/repl/locks.sql")).await
}

async fn show(session: &Session, sql: &str) -> Result<Flow> {
    let answers = session.db()?.handle().run_typed(sql).await?;
    session.results.answers(sql, answers).await?;
    Ok(Flow::GoesOn)
}

/// `\kill PID`
pub async fn kill(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let wrong =
        || Trouble::usage("`\\kill` needs the number of a backend; `\\activity` lists them");
    let pid: i64 = words
        .first()
        .and_then(|word| word.parse().ok())
        .ok_or_else(wrong)?;
    let handle = session.db()?.handle().clone();
    let who = include_str!("../../sql/repl/backend.sql");
    let who = handle.value(who, &[Value::Int(pid)]).await?;
    let Some(who) = who.as_str() else {
        return Err(Trouble::failed(format!(
            "there is no backend {pid} on `{}`; `\\activity` lists them",
            handle.name()
        )));
    };
    if !session
        .confirm(&format!("Terminate backend {pid}, {who}?"))
        .await?
    {
        return Ok(Flow::GoesOn);
    }
    let terminate = include_str!("../../sql/repl/terminate.sql");
    let sent = handle.value(terminate, &[Value::Int(pid)]).await?;
    session.note(if sent.as_bool() == Some(true) {
        format!("backend {pid} was told to end")
    } else {
        format!("backend {pid} had ended already")
    });
    Ok(Flow::GoesOn)
}

/// `\trigger TABLE`
pub async fn trigger(session: &mut Session, _: &mut Source, words: Words) -> Result<Flow> {
    let Some(table) = words.first() else {
        return Err(Trouble::usage("`\\trigger` needs a table"));
    };
    let db = session.db()?.clone();
    let state = "local db, name = ... return trigger.state(db, { name })";
    let values = session.lua.call(state, (db, table)).await?;
    let values: Vec<_> = values.into_iter().collect();
    session.echo(&values)?;
    Ok(Flow::GoesOn)
}

/// `\watermark`
pub async fn watermark(session: &mut Session, _: &mut Source, _: Words) -> Result<Flow> {
    let handle = session.db()?.handle().clone();
    let there = include_str!("../../sql/repl/watermark_there.sql");
    if handle.value(there, &[]).await?.as_bool() != Some(true) {
        session.note(format!("`{}` has no marks", handle.name()));
        return Ok(Flow::GoesOn);
    }
    show(session, include_str!("../../sql/repl/watermarks.sql")).await
}
