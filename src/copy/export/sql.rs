//! The COPY that an export reads.

use super::{Format, Query, Rows};
use crate::copy::files::Layout;
use crate::copy::import::JSON_NULLS;
use crate::copy::plan::check_readable;
use crate::copy::{Difference, Error, Missing, Result};
use crate::pg::catalog::{self, Kind, Relation, Table};
use crate::pg::{Described, Ident, Literal, Session, Value, ident_list};

/// The statement, and how what it gives becomes a file.
pub struct Reading {
    pub sql: String,
    /// What the rows are of, as a query.
    query: String,
    /// What stands before the rows.
    pub header: Vec<u8>,
    /// Messages of the COPY that are no rows.
    pub no_rows: u64,
    /// Whether each message is escaped for the text format, and a line of JSON below that.
    pub escaped: bool,
}

impl Reading {
    /// `table` is one of those that `rows` select.
    pub async fn plan(
        from: &Session,
        rows: &Rows,
        table: Option<&Relation>,
        format: Format,
        layout: &Layout,
    ) -> Result<Self> {
        let (columns, query, plain) = match (rows, table) {
            (Rows::Query(Query { sql, params }), _) => {
                let inlined = from.inline(sql, params).await?;
                (inlined.columns, inlined.sql, None)
            }
            (Rows::Tables { .. }, None) => (Vec::new(), String::new(), None),
            (Rows::Tables { .. }, Some(relation)) => of_table(from, rows, relation).await?,
        };
        if format == Format::JsonLines {
            return json(&columns, query);
        }
        // As a table it is read by its columns, as a query by what it selects.
        let what = plain.unwrap_or_else(|| format!("({query}\n)"));
        let options = copy_options(format, layout, layout.header.unwrap_or(true));
        let named = format == Format::Tsv && layout.header.unwrap_or(true);
        let header = if named {
            names_line(&columns, layout)
        } else {
            Vec::new()
        };
        let has_header = format == Format::Csv && layout.header.unwrap_or(true);
        Ok(Self {
            sql: format!("COPY {what} TO STDOUT ({options})"),
            query,
            header,
            no_rows: u64::from(format == Format::Binary || has_header),
            escaped: false,
        })
    }

    /// How many rows there are.
    pub async fn count(&self, from: &Session) -> Result<u64> {
        let sql = format!("SELECT pg_catalog.count(*) FROM ({}\n) AS q", self.query);
        let rows = from.value(&sql, &[]).await?;
        Ok(u64::try_from(rows.as_int().unwrap_or_default()).unwrap_or_default())
    }
}

type Planned = (Vec<Described>, String, Option<String>);

/// The columns of a table, a query for its rows, and what to name in COPY where that is all of the table.
async fn of_table(from: &Session, rows: &Rows, relation: &Relation) -> Result<Planned> {
    let Rows::Tables {
        columns,
        condition,
        order_by,
        limit,
        ..
    } = rows
    else {
        return Ok((Vec::new(), String::new(), None));
    };
    check_rights(from, relation)?;
    let tables = catalog::tables(from, std::slice::from_ref(relation)).await?;
    let names = chosen(from, &tables[0], columns.as_deref())?;
    let list = ident_list(&names);
    let mut query = format!("SELECT {list} FROM {}", relation.only());
    let mut params: &[Value] = &[];
    if let Some(condition) = condition {
        // As it stands first: in parentheses more would be right than one expression.
        let alone = format!("{query} WHERE {}", condition.sql);
        from.inline(&alone, &condition.params).await?;
        query = format!("{query} WHERE ({}\n)", condition.sql);
        params = &condition.params;
    }
    if let Some(order_by) = order_by {
        query = format!("{query} ORDER BY {order_by}\n");
    }
    if let Some(limit) = limit {
        query = format!("{query} LIMIT {limit}");
    }
    let whole = condition.is_none() && order_by.is_none() && limit.is_none();
    let plain = whole && relation.kind == Kind::Ordinary && !names.is_empty();
    let plain = plain.then(|| format!("{} ({list})", relation.name));
    let inlined = from.inline(&query, params).await?;
    Ok((inlined.columns, inlined.sql, plain))
}

fn check_rights(from: &Session, relation: &Relation) -> Result<()> {
    check_readable(relation, from, "not all would be written")?;
    if !relation.may.select {
        return Err(Error::NotAllowed {
            role: from.server().user.clone(),
            verb: "SELECT from",
            table: relation.shown.clone(),
            target: from.name().to_owned(),
        });
    }
    Ok(())
}

/// The columns asked for; else all but those that the server computes, which no import takes.
fn chosen<'a>(
    from: &Session,
    table: &'a Table,
    columns: Option<&'a [String]>,
) -> Result<Vec<&'a str>> {
    let Some(columns) = columns else {
        let stored = table.columns.iter().filter(|column| !column.generated);
        return Ok(stored.map(|column| column.name.as_str()).collect());
    };
    let gone = columns.iter().filter(|name| table.column(name).is_none());
    let gone: Vec<Difference> = gone
        .map(|name| Difference {
            table: table.relation.shown.clone(),
            column: name.clone(),
            missing: Missing::OnTarget {
                target: from.name().to_owned(),
            },
        })
        .collect();
    if gone.is_empty() {
        Ok(columns.iter().map(String::as_str).collect())
    } else {
        Err(Error::Columns(gone))
    }
}

/// The options of COPY, in either direction.
pub fn copy_options(format: Format, layout: &Layout, header: bool) -> String {
    let mut options = vec![match format {
        Format::Csv => "FORMAT csv".to_owned(),
        Format::Tsv | Format::JsonLines => "FORMAT text".to_owned(),
        Format::Binary => "FORMAT binary".to_owned(),
    }];
    if format == Format::Csv && header {
        options.push("HEADER true".to_owned());
    }
    let given = [
        ("DELIMITER", &layout.delimiter),
        ("NULL", &layout.null),
        ("QUOTE", &layout.quote),
        ("ESCAPE", &layout.escape),
    ];
    for (word, value) in given {
        if let Some(value) = value {
            options.push(format!("{word} {}", Literal(value)));
        }
    }
    options.join(", ")
}

/// The names of the columns as a line of the text format, which servers write only since PostgreSQL 15.
fn names_line(columns: &[Described], layout: &Layout) -> Vec<u8> {
    let delimiter = layout.delimiter.as_deref().unwrap_or("\t");
    let names = columns.iter().map(|column| {
        let mut name = column.name.replace('\\', "\\\\");
        for (special, escape) in [("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")] {
            name = name.replace(special, escape);
        }
        if delimiter != "\t" {
            name = name.replace(delimiter, &format!("\\{delimiter}"));
        }
        name
    });
    let names: Vec<String> = names.collect();
    format!("{}\n", names.join(delimiter)).into_bytes()
}

/// json and jsonb.
const JSON: [u32; 2] = [114, 3802];
/// Arrays whose elements JSON has a form for, out of which the same array is read: bool, bytea, name, int8, int2,
/// int4, text, oid, float4, float8, varchar, bpchar, date, time, timestamp, timestamptz, interval, numeric, uuid,
/// inet.
const PLAIN_ARRAYS: [u32; 20] = [
    1000, 1001, 1003, 1016, 1005, 1007, 1009, 1028, 1021, 1022, 1015, 1014, 1182, 1183, 1115, 1185,
    1187, 1231, 2951, 1041,
];
/// int2vector and oidvector, which are no arrays to whoever reads them.
const VECTORS: [u32; 2] = [22, 30];
/// The first object that is not PostgreSQL's own.
const FIRST_NORMAL: u32 = 16384;

fn json(columns: &[Described], query: String) -> Result<Reading> {
    for (index, column) in columns.iter().enumerate() {
        if columns[..index]
            .iter()
            .any(|other| other.name == column.name)
        {
            return Err(Error::TwoColumns {
                column: column.name.clone(),
            });
        }
    }
    let list: Vec<String> = columns.iter().map(json_value).collect();
    let rows = format!("SELECT {} FROM ({query}\n) AS q", list.join(", "));
    let nulls: Vec<String> = columns.iter().filter_map(is_json_null).collect();
    // `r.*`, since `r` alone would be a column of that name where there is one.
    let select = if nulls.is_empty() {
        format!("SELECT pg_catalog.row_to_json(r.*) FROM ({rows}) AS r")
    } else {
        let (nulls, marker) = (nulls.join(", "), Ident(JSON_NULLS));
        format!(
            "SELECT CASE WHEN n.names IS NULL THEN pg_catalog.row_to_json(r.*) \
             ELSE (SELECT pg_catalog.row_to_json(x.*) FROM (SELECT r.*, n.names AS {marker}) AS x) END \
             FROM ({rows}) AS r CROSS JOIN LATERAL (SELECT pg_catalog.array_remove(ARRAY[{nulls}], NULL)) AS a (names) \
             CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.cardinality(a.names) OPERATOR(pg_catalog.>) 0 \
             THEN a.names END) AS n (names)"
        )
    };
    Ok(Reading {
        sql: format!("COPY ({select}) TO STDOUT"),
        query,
        header: Vec::new(),
        no_rows: 0,
        escaped: true,
    })
}

/// A column as JSON has it. What JSON has no form for is the text that PostgreSQL prints.
fn json_value(column: &Described) -> String {
    let name = Ident(&column.name);
    if PLAIN_ARRAYS.contains(&column.type_oid) {
        // JSON's arrays begin at one; of others the text tells where.
        let begins: Vec<String> = (1..=6)
            .map(|dimension| {
                format!(
                    "COALESCE(pg_catalog.array_lower(q.{name}, {dimension}), 1) OPERATOR(pg_catalog.=) 1"
                )
            })
            .collect();
        return format!(
            "CASE WHEN {} THEN pg_catalog.to_json(q.{name}) \
             ELSE pg_catalog.to_json(q.{name}::pg_catalog.text) END AS {name}",
            begins.join(" AND ")
        );
    }
    let as_text = column.is_array
        || column.is_composite
        || VECTORS.contains(&column.type_oid)
        || column.type_oid >= FIRST_NORMAL;
    if as_text {
        format!("q.{name}::pg_catalog.text AS {name}")
    } else {
        format!("q.{name} AS {name}")
    }
}

/// The column's name where its value is JSON's own null, which is not SQL's.
fn is_json_null(column: &Described) -> Option<String> {
    if !JSON.contains(&column.type_oid) {
        return None;
    }
    let name = Ident(&column.name);
    Some(format!(
        "CASE WHEN pg_catalog.json_typeof(r.{name}::pg_catalog.json) OPERATOR(pg_catalog.=) 'null' THEN {} END",
        Literal(&column.name)
    ))
}
