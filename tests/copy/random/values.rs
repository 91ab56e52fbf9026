//! Types with values that have gone wrong somewhere.

/// The name of a type, and values of it as they are written.
pub type Type = (&'static str, &'static [&'static str]);

/// The types of the schema itself, made before its tables.
pub const OWN: &str = r#"
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'a,b', '');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN small AS positive CHECK (VALUE < 1000);
CREATE TYPE pair AS (x positive, m mood, tags text[]);
CREATE TYPE floats AS RANGE (subtype = float8);
"#;

const TEXTS: &[&str] = &[
    "",
    " ",
    "plain",
    "tab\tand\nnew\r\nlines",
    r"back\slash \N \. \x41",
    r"\N",
    r"\.",
    "'quoted' \"twice\"",
    "{a,\"b\"}",
    "(1,,\"\")",
    "NULL",
    "null",
    "Zoë 😀 \u{200b}\u{202e}",
    "\u{1}\u{7f}",
    "$1 %s %I $$",
];

/// What a column may be of, domains, enums, composites, ranges and arrays of them among it.
pub const TYPES: &[Type] = &[
    ("text", TEXTS),
    ("varchar(20)", &["", "trailing  ", "x"]),
    ("char(5)", &["", "ab", "  ab"]),
    ("int", &["0", "-2147483648", "2147483647"]),
    ("smallint", &["-32768", "32767", "7"]),
    (
        "bigint",
        &["-9223372036854775808", "9223372036854775807", "1"],
    ),
    (
        "numeric",
        &[
            "NaN",
            "Infinity",
            "-Infinity",
            "1.0",
            "1.00",
            "1e-400",
            "-123456789012345678901234567890.120",
        ],
    ),
    ("numeric(12,3)", &["0.001", "-999999999.999", "NaN"]),
    (
        "float8",
        &[
            "NaN",
            "-Infinity",
            "-0",
            "4.9e-324",
            "0.30000000000000004",
            "1.7976931348623157e308",
        ],
    ),
    ("real", &["NaN", "1e-45", "3.4028235e38", "0.1"]),
    ("boolean", &["t", "f"]),
    ("bytea", &["", "\\x00", "\\x5c4e0a0d00ff"]),
    (
        "date",
        &[
            "infinity",
            "-infinity",
            "4713-01-01 BC",
            "0001-01-01",
            "5874897-12-31",
            "2024-02-29",
        ],
    ),
    ("time", &["00:00", "24:00", "12:34:56.789012"]),
    ("timetz", &["23:59:59.999999+15:59", "00:00-15:59"]),
    (
        "timestamp",
        &[
            "infinity",
            "4713-01-01 00:00 BC",
            "294276-12-31 23:59:59.999999",
        ],
    ),
    (
        "timestamptz",
        &[
            "-infinity",
            "0044-03-15 12:00 BC",
            "1883-11-18 12:03:58-05",
            "2024-03-31 01:30:00.000001Z",
        ],
    ),
    (
        "interval",
        &[
            "0",
            "-1 year 2 mons -3 days 04:05:06.789",
            "178000000 years",
            "-00:00:00.000001",
        ],
    ),
    (
        "uuid",
        &[
            "00000000-0000-0000-0000-000000000000",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ],
    ),
    (
        "json",
        &[
            "null",
            r#"{"b":1,  "a":1, "a":2, "x":1e400}"#,
            r#""\u00e9""#,
            "[]",
        ],
    ),
    ("jsonb", &["null", r#"{"a": [1.10, {"b": null}]}"#, r#""""#]),
    ("xml", &["<a>&amp;</a>", "text"]),
    ("money", &["-1234.56", "0"]),
    ("inet", &["::1/64", "10.0.0.1"]),
    ("macaddr8", &["08:00:2b:01:02:03:04:05"]),
    ("point", &["(1e300,-0)", "(NaN,Infinity)"]),
    ("bit varying", &["", "10101"]),
    ("tsvector", &["'a b':1A,3 c:2B", ""]),
    ("tsquery", &["a & !(b | c:*A)"]),
    ("pg_lsn", &["16/B374D848"]),
    (
        "int[]",
        &["{}", "{1,NULL,3}", "[-2:0]={1,NULL,3}", "{{1,2},{3,4}}"],
    ),
    (
        "text[]",
        &[
            "{}",
            r#"{"a\"b",NULL,"NULL","",","}"#,
            r#"{"back\\slash","new
line"}"#,
        ],
    ),
    ("numrange", &["empty", "[1.50,)", "(,)", "[1,2]"]),
    (
        "tstzrange",
        &["(-infinity,infinity]", "[2020-01-01 00:00Z,)"],
    ),
    ("int4multirange", &["{}", "{[1,3),[5,9)}"]),
    ("s.mood", &["sad", "it's \"ok\"", "a,b", ""]),
    ("s.mood[]", &["{}", r#"{sad,NULL,"a,b",""}"#]),
    ("s.small", &["1", "999"]),
    ("s.small[]", &["{1,NULL,999}"]),
    ("s.pair", &["(1,sad,\"{a,\"\"b c\"\",NULL}\")", "(,,)"]),
    ("s.pair[]", &[r#"{"(1,\"a,b\",{})",NULL,"(,,)"}"#]),
    ("s.floats", &["[1.5,NaN)", "empty"]),
];
