//! What stands below the columns of a relation: its indexes, constraints, triggers, partitions and so on.

use std::collections::HashMap;

use super::Result;
use super::relation::Relation;
use crate::pg::fields::Fields;
use crate::pg::{Session, Value};

/// What is said of a relation, by section: the lines under each heading, in order.
#[derive(Debug, Default)]
pub struct Below(Vec<(i64, String)>);

const POLICIES: i64 = 50;
const RULES: std::ops::Range<i64> = 70..80;
const NOT_NULL: i64 = 90;
const PARENTS: i64 = 120;
const CHILDREN: i64 = 130;

const HEADINGS: &[(i64, &str)] = &[
    (10, "Indexes:"),
    (20, "Check constraints:"),
    (30, "Foreign-key constraints:"),
    (40, "Referenced by:"),
    (60, "Statistics objects:"),
    (70, "Rules:"),
    (71, "Disabled rules:"),
    (72, "Rules firing always:"),
    (73, "Rules firing on replica only:"),
    (80, "Publications:"),
    (NOT_NULL, "Not-null constraints:"),
    (110, "Triggers:"),
    (111, "Disabled user triggers:"),
    (112, "Disabled internal triggers:"),
    (113, "Triggers firing always:"),
    (114, "Triggers firing on replica only:"),
];

/// The statements that are common to all servers.
const SECTIONS: &[&str] = &[
    include_str!("../../sql/repl/below_indexes.sql"),
    include_str!("../../sql/repl/below_checks.sql"),
    include_str!("../../sql/repl/below_foreign_keys.sql"),
    include_str!("../../sql/repl/below_referenced_by.sql"),
    include_str!("../../sql/repl/below_policies.sql"),
    include_str!("../../sql/repl/below_rules.sql"),
    include_str!("../../sql/repl/below_not_null.sql"),
    include_str!("../../sql/repl/below_triggers.sql"),
    include_str!("../../sql/repl/below_parents.sql"),
    include_str!("../../sql/repl/below_children.sql"),
];

/// All sections of all these relations, in one round trip.
pub async fn read(session: &Session, oids: &Value) -> Result<HashMap<u32, Below>> {
    let sql = statement(session.server().version_num);
    let rows = session.query(&sql, std::slice::from_ref(oids)).await?.rows;
    let mut below: HashMap<u32, Below> = HashMap::new();
    for row in rows {
        let mut row = Fields::new(row);
        let Below(lines) = below.entry(row.oid()).or_default();
        let (section, _place) = (row.int(), row.int());
        lines.push((section, row.text()));
    }
    Ok(below)
}

fn statement(version: i64) -> String {
    let statistics = match version {
        140_000.. => include_str!("../../sql/repl/below_statistics.sql"),
        _ => include_str!("../../sql/repl/below_statistics_13.sql"),
    };
    let publications = match version {
        150_000.. => include_str!("../../sql/repl/below_publications.sql"),
        _ => include_str!("../../sql/repl/below_publications_14.sql"),
    };
    let all = SECTIONS.iter().chain([&statistics, &publications]);
    let all: Vec<&str> = all.copied().collect();
    format!("{}\nORDER BY 1, 2, 3", all.join("\nUNION ALL\n"))
}

impl Below {
    /// As psql prints it.
    pub fn lines(&self, relation: &Relation, verbose: bool) -> Vec<String> {
        let mut lines = relation.above(verbose);
        let is_table = relation.is_table();
        if is_table {
            for section in [10, 20, 30, 40] {
                self.section(section, &mut lines);
            }
            self.policies(relation, &mut lines);
            self.section(60, &mut lines);
            if !relation.is("m") {
                RULES.for_each(|section| self.section(section, &mut lines));
            }
            self.section(80, &mut lines);
            if verbose {
                self.section(NOT_NULL, &mut lines);
            }
        }
        self.definition(relation, &mut lines);
        for section in 110..115 {
            self.section(section, &mut lines);
        }
        if is_table {
            lines.extend(relation.server());
            listed("Inherits: ", &self.items(PARENTS), &mut lines);
            self.children(relation, verbose, &mut lines);
            lines.extend(relation.said_last(verbose));
        }
        lines.extend(relation.options(verbose));
        lines
    }

    fn items(&self, section: i64) -> Vec<&str> {
        let of_section = self.0.iter().filter(|(found, _)| *found == section);
        of_section.map(|(_, line)| line.as_str()).collect()
    }

    fn section(&self, section: i64, lines: &mut Vec<String>) {
        let heading = HEADINGS.iter().find(|(found, _)| *found == section);
        if let Some((_, heading)) = heading {
            indented(heading, &self.items(section), lines);
        }
    }

    /// Whether row security holds is said with them, and without any too: nobody sees a row then.
    fn policies(&self, relation: &Relation, lines: &mut Vec<String>) {
        let policies = self.items(POLICIES);
        let security = match (relation.row_security, relation.forced) {
            (false, _) => "row security disabled",
            (true, true) => "forced row security enabled",
            (true, false) => "row security enabled",
        };
        match (policies.is_empty(), relation.row_security, relation.forced) {
            (true, false, _) => {}
            (true, true, _) => lines.push(format!("Policies ({security}): (none)")),
            (false, true, false) => indented("Policies:", &policies, lines),
            (false, ..) => indented(&format!("Policies ({security}):"), &policies, lines),
        }
    }

    fn definition(&self, relation: &Relation, lines: &mut Vec<String>) {
        let Some(definition) = &relation.definition else {
            return;
        };
        lines.push("View definition:".to_owned());
        lines.extend(split(definition));
        let rules: Vec<&str> = RULES.flat_map(|section| self.items(section)).collect();
        if relation.is("v") && !rules.is_empty() {
            lines.push("Rules:".to_owned());
            let rules = rules.iter().map(|rule| format!(" {rule}"));
            lines.extend(rules.flat_map(|rule| split(&rule)));
        }
    }

    fn children(&self, relation: &Relation, verbose: bool, lines: &mut Vec<String>) {
        let children = self.items(CHILDREN);
        let partitioned = relation.is("p") || relation.is("I");
        let (what, heading) = if partitioned {
            ("partitions", "Partitions: ")
        } else {
            ("child tables", "Child tables: ")
        };
        match children.len() {
            0 if partitioned => lines.push("Number of partitions: 0".to_owned()),
            0 => {}
            _ if verbose => listed(heading, &children, lines),
            count => lines.push(format!(
                "Number of {what}: {count} (Use \\d+ to list them.)"
            )),
        }
    }
}

/// Items of a heading's own, each of which may have several lines.
fn indented(heading: &str, items: &[&str], lines: &mut Vec<String>) {
    if items.is_empty() {
        return;
    }
    lines.push(heading.to_owned());
    for item in items {
        lines.extend(split(&format!("    {item}")));
    }
}

fn split(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Items that begin behind their heading, one below the other.
fn listed(heading: &str, items: &[&str], lines: &mut Vec<String>) {
    let blank = " ".repeat(heading.len());
    for (index, item) in items.iter().enumerate() {
        let start = if index == 0 { heading } else { &blank };
        let end = if index + 1 < items.len() { "," } else { "" };
        lines.push(format!("{start}{item}{end}"));
    }
}
