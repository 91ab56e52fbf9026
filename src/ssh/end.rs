//! The end of an ssh session, for all who hold something over it.

use std::time::Duration;

use tokio::sync::watch;

/// How a session ended.
#[derive(Debug, Clone)]
pub enum End {
    /// Nobody needed the session any more.
    Ours,
    Lost(String),
}

/// The end of an ssh session, and the reason once it has come.
#[derive(Debug, Clone)]
pub struct SessionEnd(watch::Receiver<Option<End>>);

impl SessionEnd {
    /// An end that has not come, and what tells of it.
    pub fn awaited() -> (watch::Sender<Option<End>>, Self) {
        let (end, ended) = watch::channel(None);
        (end, Self(ended))
    }

    pub fn has_come(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Why the session was lost, if it is within `limit`; a session that we ended ourselves was not lost.
    pub async fn reason(&self, limit: Duration) -> Option<String> {
        let mut end = self.0.clone();
        let ended = tokio::time::timeout(limit, end.wait_for(Option::is_some)).await;
        match ended {
            Ok(Ok(end)) => match &*end {
                Some(End::Lost(reason)) => Some(reason.clone()),
                _ => None,
            },
            Ok(Err(_)) => Some("it ended without a reason".to_owned()),
            Err(_) => None,
        }
    }
}
