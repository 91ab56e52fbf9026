//! Owners and grants of what is dropped and made again: they are the target's own, whoever runs the copy.

use std::collections::BTreeSet;

use super::read::set_search_path;
use super::{Kind, Object, Result};
use crate::pg::fields::Fields;
use crate::pg::{Ident, Session, Value};

/// Who owned an object, and what was granted on it or on one of its columns.
#[derive(Debug)]
struct Rights {
    /// As SQL calls it where rights are concerned.
    kind: String,
    name: String,
    column: Option<String>,
    /// Where that is not the role that makes it again.
    owner: Option<String>,
    /// Whether what everybody may do by default was said as well.
    explicit: bool,
    /// Roles, the empty one for PUBLIC, each with a privilege; `*` behind one that may be passed on.
    grants: Vec<(String, String)>,
}

/// The rights on all objects of a database.
#[derive(Debug)]
pub(super) struct AllRights(Vec<Rights>);

impl AllRights {
    pub async fn read(session: &Session) -> Result<Self> {
        let sql = include_str!("../../sql/schema_owners.sql");
        // The names in the arguments of routines have their schemas only so.
        let path = set_search_path(session, None).await?;
        let rows = session.query(sql, &[]).await?.rows;
        set_search_path(session, Some(path)).await?;
        let mut rights: Vec<Rights> = rows.into_iter().map(Rights::read).collect();
        rights.sort_by(|a, b| (&a.name, &a.column).cmp(&(&b.name, &b.column)));
        Ok(Self(rights))
    }

    /// Gives those objects that were made again what they had; `is_there` tells which were, by name and column. What was
    /// granted to them meanwhile by default goes.
    pub async fn restore(
        &self,
        session: &Session,
        is_there: impl Fn(&str, Option<&str>) -> bool,
    ) -> Result<()> {
        let made = || {
            let rights = self.0.iter();
            rights.filter(|it| is_there(&it.name, it.column.as_deref()))
        };
        let mut statements: Vec<String> = made().flat_map(Rights::grants).collect();
        // Who owns it no longer may not grant.
        statements.extend(made().filter_map(Rights::give_away));
        if statements.is_empty() {
            return Ok(());
        }
        Ok(session.batch(&statements.join(";\n")).await?)
    }
}

impl Rights {
    fn read(row: Vec<Value>) -> Self {
        let mut row = Fields::new(row);
        Self {
            kind: row.text(),
            name: row.text(),
            column: row.optional(),
            owner: row.optional(),
            explicit: row.flag(),
            grants: row.texts().into_iter().zip(row.texts()).collect(),
        }
    }

    fn grants(&self) -> Vec<String> {
        let (kind, name) = (&self.kind, &self.name);
        let mut statements = Vec::new();
        if self.explicit && self.column.is_none() {
            statements.push(format!("REVOKE ALL ON {kind} {name} FROM PUBLIC"));
        }
        let column = self
            .column
            .as_deref()
            .map(|column| format!(" ({})", Ident(column)));
        let column = column.unwrap_or_default();
        let grant = |(role, privilege): &(String, String)| {
            let role = match role.as_str() {
                "" => "PUBLIC".to_owned(),
                role => Ident(role).to_string(),
            };
            let (privilege, option) = match privilege.strip_suffix('*') {
                Some(privilege) => (privilege, " WITH GRANT OPTION"),
                None => (privilege.as_str(), ""),
            };
            format!("GRANT {privilege}{column} ON {kind} {name} TO {role}{option}")
        };
        statements.extend(self.grants.iter().map(grant));
        statements
    }

    fn give_away(&self) -> Option<String> {
        let owner = Ident(self.owner.as_deref()?);
        Some(format!(
            "ALTER {} {} OWNER TO {owner}",
            self.kind, self.name
        ))
    }
}

/// The names of objects and of their columns.
#[derive(Debug, Default)]
pub(super) struct Names {
    objects: BTreeSet<String>,
    columns: BTreeSet<String>,
}

impl Names {
    pub fn of<'a>(objects: impl Iterator<Item = &'a Object>) -> Self {
        let mut names = Self::default();
        for object in objects {
            let set = match object.kind {
                Kind::Column => &mut names.columns,
                _ => &mut names.objects,
            };
            set.insert(object.name.clone());
        }
        names
    }

    pub fn has(&self, object: &str, column: Option<&str>) -> bool {
        match column {
            None => self.objects.contains(object),
            Some(column) => {
                self.columns.contains(&format!("{object}.{column}"))
                    || self
                        .columns
                        .contains(&format!("{object}.{}", Ident(column)))
            }
        }
    }
}
