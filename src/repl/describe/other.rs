//! The lists that are asked for less: `\dp`, `\dD`, `\da`, `\db`, `\ddp`, `\drds`, `\dconfig`, `\dy`, `\des`, `\dRp`.

use super::pattern::Qualified;

/// A list by its letters; what it is called, and how it is read.
#[derive(Debug, PartialEq, Eq)]
pub struct Other {
    letters: &'static [&'static str],
    pub title: &'static str,
    /// What it lists; where nothing is found, what was meant is looked for among what `names.sql` has by this name.
    pub what: &'static str,
    /// The columns that it has without `+`.
    pub brief: &'static [&'static str],
    pub sql: &'static str,
    pub qualified: Qualified,
    /// Whether it has sizes, which only `+` shows.
    pub sizes: bool,
}

const fn by_schema(letters: &'static [&'static str], sql: &'static str) -> Other {
    Other {
        letters,
        title: "",
        what: "",
        brief: &[],
        sql,
        qualified: Qualified::BySchema,
        sizes: false,
    }
}

const fn by_name(letters: &'static [&'static str], sql: &'static str) -> Other {
    Other {
        qualified: Qualified::Not,
        ..by_schema(letters, sql)
    }
}

const OTHERS: &[Other] = &[
    Other {
        title: "Access privileges",
        what: "relations",
        brief: &[
            "Schema",
            "Name",
            "Type",
            "Access privileges",
            "Column privileges",
            "Policies",
        ],
        ..by_schema(
            &["dp", "z"],
            include_str!("../../sql/repl/list_privileges.sql"),
        )
    },
    Other {
        title: "List of domains",
        what: "domains",
        brief: &[
            "Schema",
            "Name",
            "Type",
            "Collation",
            "Nullable",
            "Default",
            "Check",
        ],
        ..by_schema(&["dD"], include_str!("../../sql/repl/list_domains.sql"))
    },
    Other {
        title: "List of aggregate functions",
        what: "aggregates",
        brief: &[
            "Schema",
            "Name",
            "Result data type",
            "Argument data types",
            "Description",
        ],
        ..by_schema(&["da"], include_str!("../../sql/repl/list_aggregates.sql"))
    },
    Other {
        title: "List of tablespaces",
        what: "tablespaces",
        brief: &["Name", "Owner", "Location"],
        sizes: true,
        ..by_name(&["db"], include_str!("../../sql/repl/list_tablespaces.sql"))
    },
    Other {
        title: "Default access privileges",
        what: "default privileges",
        brief: &["Owner", "Schema", "Type", "Access privileges"],
        ..by_name(
            &["ddp"],
            include_str!("../../sql/repl/list_default_privileges.sql"),
        )
    },
    Other {
        title: "List of settings",
        what: "settings of roles",
        brief: &["Role", "Database", "Settings"],
        ..by_name(
            &["drds"],
            include_str!("../../sql/repl/list_settings_of.sql"),
        )
    },
    Other {
        title: "List of configuration parameters",
        what: "configuration parameters",
        brief: &["Parameter", "Value"],
        ..by_name(
            &["dconfig"],
            include_str!("../../sql/repl/list_parameters.sql"),
        )
    },
    Other {
        title: "List of event triggers",
        what: "event triggers",
        brief: &["Name", "Event", "Owner", "Enabled", "Function", "Tags"],
        ..by_name(
            &["dy"],
            include_str!("../../sql/repl/list_event_triggers.sql"),
        )
    },
    Other {
        title: "List of foreign servers",
        what: "foreign servers",
        brief: &["Name", "Owner", "Foreign-data wrapper"],
        ..by_name(&["des"], include_str!("../../sql/repl/list_servers.sql"))
    },
    Other {
        title: "List of publications",
        what: "publications",
        brief: &[
            "Name",
            "Owner",
            "All tables",
            "Inserts",
            "Updates",
            "Deletes",
            "Truncates",
            "Generated columns",
            "Via root",
        ],
        ..by_name(
            &["dRp"],
            include_str!("../../sql/repl/list_publications.sql"),
        )
    },
];

impl Other {
    /// The list of these letters.
    pub fn of(letters: &str) -> Option<&'static Self> {
        let mut all = OTHERS.iter();
        all.find(|other| other.letters.contains(&letters))
    }
}
