//! Keywords by where they may stand.

use std::collections::HashSet;
use std::sync::LazyLock;

/// All of SQL that are here, word by word.
pub fn keywords() -> &'static HashSet<&'static str> {
    static ALL: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let clauses = CLAUSES.iter().flat_map(|clause| after(clause));
        let lists = [STATEMENTS, OBJECTS, EXPRESSION, OPERATORS, EXPECTING, CLAUSES, OTHERS];
        let phrases = lists.into_iter().flatten().chain(clauses);
        let words = phrases.flat_map(|phrase| phrase.split_ascii_whitespace());
        words.filter(|word| *word != "(").collect()
    });
    &ALL
}

/// Those that stand in no list.
const OTHERS: &[&str] = &[
    "CHECK", "CONFLICT", "CONSTRAINT", "EXECUTE", "FOREIGN", "IF", "KEY", "LANGUAGE", "MATCHED", "NOTHING", "PRIMARY",
    "REFERENCES", "REPLACE", "RETURNS", "TEMPORARY", "UNIQUE", "UNLOGGED",
];

/// What a statement may begin with.
pub const STATEMENTS: &[&str] = &[
    "ABORT", "ALTER", "ANALYZE", "BEGIN", "CALL", "CHECKPOINT", "CLOSE", "CLUSTER", "COMMENT ON", "COMMIT", "COPY",
    "CREATE", "DEALLOCATE", "DECLARE", "DELETE FROM", "DISCARD", "DO", "DROP", "END", "EXECUTE", "EXPLAIN", "FETCH",
    "GRANT", "IMPORT FOREIGN SCHEMA", "INSERT INTO", "LISTEN", "LOCK TABLE", "MERGE INTO", "MOVE", "NOTIFY", "PREPARE",
    "REASSIGN OWNED BY", "REFRESH MATERIALIZED VIEW", "REINDEX", "RELEASE", "RESET", "REVOKE", "ROLLBACK", "SAVEPOINT",
    "SELECT", "SET", "SHOW", "START TRANSACTION", "TABLE", "TRUNCATE", "UNLISTEN", "UPDATE", "VACUUM", "VALUES", "WITH",
];

/// Kinds of objects behind CREATE, ALTER and DROP.
pub const OBJECTS: &[&str] = &[
    "AGGREGATE", "COLLATION", "DATABASE", "DOMAIN", "EVENT TRIGGER", "EXTENSION", "FOREIGN TABLE", "FUNCTION", "INDEX",
    "MATERIALIZED VIEW", "POLICY", "PROCEDURE", "PUBLICATION", "ROLE", "RULE", "SCHEMA", "SEQUENCE", "SERVER",
    "STATISTICS", "SUBSCRIPTION", "TABLE", "TABLESPACE", "TRIGGER", "TYPE", "USER", "VIEW",
];

/// What CREATE knows besides.
pub const CREATED: &[&str] = &["OR REPLACE", "TEMPORARY TABLE", "UNIQUE INDEX", "UNLOGGED TABLE"];

/// What an expression may begin with.
pub const EXPRESSION: &[&str] = &[
    "ALL", "ANY", "ARRAY", "CASE", "CAST", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER",
    "DEFAULT", "DISTINCT", "ELSE", "END", "EXISTS", "EXTRACT", "FALSE", "INTERVAL", "LOCALTIMESTAMP", "NOT", "NULL",
    "ROW", "SELECT", "SESSION_USER", "THEN", "TRUE", "WHEN",
];

/// What may follow an expression, whatever the clause.
pub const OPERATORS: &[&str] = &[
    "AND", "AS", "ASC", "AT TIME ZONE", "BETWEEN", "COLLATE", "DESC", "ELSE", "END", "FILTER (WHERE", "ILIKE", "IN",
    "IS DISTINCT FROM", "IS NOT NULL", "IS NULL", "LIKE", "NOT", "NULLS FIRST", "NULLS LAST", "OR", "OVER (",
    "SIMILAR TO", "THEN", "WHEN",
];

/// The clauses that may follow, by the one that one is in.
pub fn after(clause: &str) -> &'static [&'static str] {
    match clause {
        "SELECT" => &[
            "FROM", "INTO", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "UNION", "UNION ALL", "INTERSECT", "EXCEPT",
        ],
        "FROM" | "JOIN" | "USING" => &[
            "AS", "CROSS JOIN", "EXCEPT", "FETCH FIRST", "FOR SHARE", "FOR UPDATE", "FULL JOIN", "GROUP BY", "HAVING",
            "INNER JOIN", "INTERSECT", "JOIN", "LATERAL", "LEFT JOIN", "LIMIT", "NATURAL JOIN", "OFFSET", "ON", "ORDER BY",
            "RETURNING", "RIGHT JOIN", "TABLESAMPLE", "UNION", "UNION ALL", "USING", "WHERE", "WINDOW",
        ],
        "WHERE" | "ON" => &[
            "EXCEPT", "FOR SHARE", "FOR UPDATE", "GROUP BY", "HAVING", "INTERSECT", "JOIN", "LEFT JOIN", "LIMIT", "OFFSET",
            "ORDER BY", "RETURNING", "UNION", "UNION ALL", "WHERE",
        ],
        "GROUP" => &["HAVING", "LIMIT", "ORDER BY", "UNION", "UNION ALL"],
        "HAVING" => &["LIMIT", "ORDER BY", "UNION", "UNION ALL"],
        "ORDER" => &["FETCH FIRST", "FOR SHARE", "FOR UPDATE", "LIMIT", "OFFSET"],
        "UPDATE" => &["AS", "SET"],
        "SET" => &["FROM", "RETURNING", "WHERE"],
        "INTO" => &["AS", "DEFAULT VALUES", "OVERRIDING", "SELECT", "SET", "USING", "VALUES", "WHERE"],
        "VALUES" => &["ON CONFLICT", "RETURNING"],
        "TABLE" => &[
            "ADD COLUMN", "ADD CONSTRAINT", "ALTER COLUMN", "ATTACH PARTITION", "CASCADE", "CLUSTER ON", "DETACH PARTITION",
            "DISABLE TRIGGER", "DROP COLUMN", "DROP CONSTRAINT", "ENABLE TRIGGER", "IS", "OWNER TO", "RENAME COLUMN",
            "RENAME TO", "RESTART IDENTITY", "RESTRICT", "SET SCHEMA", "VALIDATE CONSTRAINT",
        ],
        "COPY" => &["FROM STDIN", "TO STDOUT", "WITH (FORMAT"],
        "TRUNCATE" => &["CASCADE", "CONTINUE IDENTITY", "RESTART IDENTITY", "RESTRICT"],
        "GRANT" => &["ON", "TO", "WITH GRANT OPTION"],
        "REVOKE" => &["CASCADE", "FROM", "ON", "RESTRICT"],
        "CREATE" => &["AS", "FOR EACH ROW", "ON", "OWNER TO", "USING", "WHERE", "WITH ("],
        "ALTER" => &["OWNER TO", "RENAME TO", "SET SCHEMA"],
        "DROP" => &["CASCADE", "RESTRICT"],
        "WITH" => &["AS ("],
        "EXPLAIN" => &["SELECT", "INSERT INTO", "UPDATE", "DELETE FROM"],
        _ => &[],
    }
}

/// Words behind which a value, a column or a name comes, so that nothing that follows an operand can.
pub const EXPECTING: &[&str] = &[
    "ALL", "AND", "ANY", "AS", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "EXISTS", "FROM", "HAVING", "ILIKE", "IN",
    "INTO", "IS", "JOIN", "LIKE", "LIMIT", "NOT", "OFFSET", "ON", "ONLY", "OR", "RETURNING", "SELECT", "SET", "TABLE",
    "THEN", "TO", "TRUNCATE", "UPDATE", "USING", "VALUES", "WHEN", "WHERE", "WITH",
];

/// Words that begin a clause: the last one tells which clause one is in.
pub const CLAUSES: &[&str] = &[
    "ALTER", "COPY", "CREATE", "DROP", "EXPLAIN", "FROM", "GRANT", "GROUP", "HAVING", "INTO", "JOIN", "ON", "ORDER", "REVOKE",
    "SELECT", "SET", "TABLE", "TRUNCATE", "UPDATE", "USING", "VALUES", "WHERE", "WITH",
];

pub const LUA: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not",
    "or", "repeat", "return", "then", "true", "until", "while",
];
