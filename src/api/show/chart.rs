//! `show.chart(rows, {x=, y=, kind=, title=})`: one column over another.

use std::sync::Arc;

use mlua::{Function, Lua, Table, Value};

use super::super::Context;
use super::grid::{cell_of, columns_of_all};
use crate::config::did_you_mean;
use crate::host::options::Options;
use crate::host::{Result, immediate, text};
use crate::progress::{Chart, ChartKind, Event, Point};

const KINDS: [(&str, ChartKind); 2] = [("bar", ChartKind::Bar), ("line", ChartKind::Line)];

pub fn build(lua: &Lua, context: &Arc<Context>) -> mlua::Result<Function> {
    let context = Arc::clone(context);
    immediate(
        lua,
        "show.chart",
        move |call, (rows, table): (Table, Option<Table>)| {
            let options = Options::new("show.chart", table);
            let kind = options.choice("kind", &KINDS)?.unwrap_or(ChartKind::Bar);
            let x = options.string("x")?;
            let y = options.string("y")?;
            let title = options.string("title")?.unwrap_or_default();
            options.finish()?;
            let rows = Rows::read(&call.lua, &rows, &options)?;
            if rows.list.is_empty() {
                context.note("show.chart: no rows to draw");
                return Ok(());
            }
            let x = rows.column("x", x, &options)?;
            let y = rows.values_column(y, &x, &options)?;
            context.tell(&Event::Chart(Chart {
                title,
                kind,
                points: rows.points(&x, &y, &options)?,
                x,
                y,
            }));
            Ok(())
        },
    )
}

struct Rows<'a> {
    lua: &'a Lua,
    columns: Vec<String>,
    list: Vec<Table>,
}

impl<'a> Rows<'a> {
    fn read(lua: &'a Lua, list: &Table, options: &Options) -> Result<Self> {
        let rows: Vec<Value> = list.sequence_values().collect::<mlua::Result<_>>()?;
        if let Some(other) = rows.iter().find(|row| !row.is_table()) {
            let got = other.type_name();
            return Err(options.error(format!("a list of rows expected, got a list with a {got}")));
        }
        if rows.is_empty() && !list.is_empty() {
            return Err(options.error("a list of rows expected, got one table"));
        }
        Ok(Self {
            lua,
            columns: columns_of_all(None, &rows)?,
            list: rows
                .iter()
                .filter_map(|row| row.as_table().cloned())
                .collect(),
        })
    }

    /// The column that an option names, or the first.
    fn column(&self, option: &str, name: Option<String>, options: &Options) -> Result<String> {
        let Some(name) = name else {
            let first = self.columns.first().cloned();
            return first.ok_or_else(|| options.error("the rows have no columns"));
        };
        if self.columns.contains(&name) {
            return Ok(name);
        }
        let hint = did_you_mean(&name, self.columns.iter().map(String::as_str));
        let known: Vec<_> = self
            .columns
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        Err(options.error(format!(
            "option `{option}`: the rows have no column `{name}`{hint}; there are {}",
            known.join(", ")
        )))
    }

    /// The column that is drawn: the one named, or the first of numbers beside `x`.
    fn values_column(&self, name: Option<String>, x: &str, options: &Options) -> Result<String> {
        if name.is_some() {
            return self.column("y", name, options);
        }
        for column in self.columns.iter().filter(|column| *column != x) {
            let mut some = false;
            let mut numbers = true;
            for row in &self.list {
                let value = cell_of(row, column)?;
                some |= number(&value).is_some();
                numbers &= is_empty(&value) || number(&value).is_some();
            }
            if some && numbers {
                return Ok(column.clone());
            }
        }
        Err(options.error("no column of numbers to draw; name one with `y`"))
    }

    fn points(&self, x: &str, y: &str, options: &Options) -> Result<Vec<Point>> {
        let point = |(place, row): (usize, &Table)| {
            let (along, value) = (cell_of(row, x)?, cell_of(row, y)?);
            if !is_empty(&value) && number(&value).is_none() {
                return Err(options.error(format!(
                    "column `{y}` is `{}` in row {}, which is no number",
                    text(self.lua, &value),
                    place + 1
                )));
            }
            Ok(Point {
                label: (!is_empty(&along)).then(|| text(self.lua, &along)),
                x: number(&along),
                y: number(&value),
            })
        };
        self.list.iter().enumerate().map(point).collect()
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_nil() || value.is_null()
}

/// A number, or the text of one: numeric comes as text.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        #[expect(clippy::cast_precision_loss, reason = "nobody sees it in a chart")]
        Value::Integer(integer) => *integer as f64,
        Value::Number(number) => *number,
        Value::String(text) => text.to_str().ok()?.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}
