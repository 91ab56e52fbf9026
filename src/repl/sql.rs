//! Lines of SQL.

use super::source::Source;
use super::{Flow, Result, session::Session};
use crate::pg::Answer;
use crate::progress::{Cell, Column, Event, Table};

impl Session {
    pub async fn run_sql(
        &mut self,
        text: &str,
        _then: Option<&str>,
        _source: &mut Source,
    ) -> Result<Flow> {
        if text.is_empty() {
            return Ok(Flow::GoesOn);
        }
        let mut answers = self.db()?.handle().run_typed(text).await?;
        let mut table: Option<Table> = None;
        while let Some(answer) = answers.next().await? {
            match answer {
                Answer::Columns(columns) => {
                    let columns = columns.iter().map(|column| Column {
                        name: column.name.clone(),
                        right: column.numeric,
                    });
                    table = Some(Table {
                        columns: columns.collect(),
                        ..Table::default()
                    });
                }
                Answer::Row(row) => {
                    let cells = row.cells().map(|cell| match cell {
                        Some(text) => Cell::plain(text),
                        None => Cell::null(),
                    });
                    if let Some(table) = &mut table {
                        table.rows.push(cells.collect());
                    }
                }
            }
        }
        match table {
            Some(table) => {
                let count = table.rows.len();
                self.context().tell(&Event::Show(table));
                self.tell(format!(
                    "({count} row{})",
                    if count == 1 { "" } else { "s" }
                ));
            }
            None => self.tell(answers.tag()),
        }
        Ok(Flow::GoesOn)
    }
}
