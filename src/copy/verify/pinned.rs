//! What decides how a value is printed, made the same on both sides for as long as they are compared.

use super::Result;
use crate::copy::settings::{self, Settings};
use crate::pg::{Session, Value};

/// A session under pinned settings.
pub(super) struct Pinned<'a> {
    session: &'a Session,
    settings: Settings,
    search_path: Option<Value>,
}

/// Both sides of a comparison.
pub(super) struct Sides<'a>([Pinned<'a>; 2]);

impl<'a> Sides<'a> {
    pub async fn pin(from: &'a Session, to: &'a Session) -> Result<Self> {
        Ok(Self([Pinned::new(from).await?, Pinned::new(to).await?]))
    }

    /// Has names inside of values (`regclass`) printed with their schemas, whatever the search path is.
    pub async fn qualify_names(&mut self) -> Result<()> {
        for side in &mut self.0 {
            side.qualify_names().await?;
        }
        Ok(())
    }

    /// Puts the settings back. After a failure the rollback does the same.
    pub async fn restore(self) -> Result<()> {
        for side in self.0 {
            side.restore().await?;
        }
        Ok(())
    }
}

impl<'a> Pinned<'a> {
    pub async fn new(session: &'a Session) -> Result<Self> {
        Ok(Self {
            session,
            settings: settings::pin(session).await?,
            search_path: None,
        })
    }

    async fn qualify_names(&mut self) -> Result<()> {
        let sql = "SELECT pg_catalog.current_setting('search_path')";
        let before = self.session.value(sql, &[]).await?;
        self.set_search_path("".into()).await?;
        self.search_path = Some(before);
        Ok(())
    }

    pub async fn restore(self) -> Result<()> {
        if let Some(before) = &self.search_path {
            self.set_search_path(before.clone()).await?;
        }
        self.settings.restore(self.session).await?;
        Ok(())
    }

    async fn set_search_path(&self, value: Value) -> Result<()> {
        let sql = include_str!("../../sql/set_config.sql");
        let params = ["search_path".into(), value, Value::Bool(true)];
        self.session.query(sql, &params).await?;
        Ok(())
    }
}
