//! `runner types`: what an editor is given is what there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Database, Runner, dev, must};

fn luarc(project: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(project.join(".luarc.json")).unwrap()).unwrap()
}

#[test]
fn declarations_and_settings_are_written_beside_the_configuration() {
    let ran = Runner::new()
        .toml("")
        .file("runner.toml", "")
        .file(
            ".luarc.json",
            r#"{ "diagnostics.globals": ["mine"], "workspace.library": ["lib"] }"#,
        )
        .args(["types"])
        .success();
    let project = ran.project.path();
    let expected = json!({
        "diagnostics.globals": ["mine"],
        "workspace.library": ["lib", ".runner/types"],
        "runtime.version": "Lua 5.4",
        "runtime.path": ["?.lua", "?/init.lua", "playbooks/?.lua", "playbooks/?/init.lua"],
    });
    assert_eq!(luarc(project), expected);
    for (name, text) in runner::docs::META {
        let file = project.join(format!(".runner/types/{name}.lua"));
        assert_eq!(fs::read_to_string(&file).unwrap(), *text, "{name}");
    }
    for (name, text) in runner::docs::MODULES {
        let file = project.join(format!(".runner/types/stdlib/{name}.lua"));
        assert_eq!(fs::read_to_string(&file).unwrap(), *text, "{name}");
    }
    assert_eq!(
        fs::read_to_string(project.join(".runner/types/.gitignore")).unwrap(),
        "*\n"
    );
}

#[test]
fn a_dry_run_writes_nothing_and_tells_what_it_would() {
    let ran = Runner::new()
        .args(["types", "--dry-run", "somewhere"])
        .success();
    assert!(
        ran.stderr
            .contains("declarations to `somewhere`, and `.luarc.json`"),
        "{}",
        ran.stderr
    );
    assert!(!ran.project.path().join("somewhere").exists());
    assert!(!ran.project.path().join(".luarc.json").exists());
}

#[test]
fn settings_that_cannot_be_read_are_not_written_over() {
    let ran = Runner::new()
        .file(".luarc.json", "{ // mine\n}")
        .args(["types"])
        .code(1);
    assert!(
        ran.stderr.contains("`.luarc.json` is no JSON object"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        fs::read_to_string(ran.project.path().join(".luarc.json")).unwrap(),
        "{ // mine\n}"
    );
}

const SCHEMA: &str = "
    CREATE SCHEMA audit;
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
    CREATE DOMAIN more AS positive;
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE users (
      id bigint PRIMARY KEY,
      name text NOT NULL,
      score double precision NOT NULL,
      price numeric NOT NULL,
      admin boolean,
      moods mood[] NOT NULL,
      counts more[],
      data jsonb NOT NULL,
      made timestamptz NOT NULL,
      place point,
      grid integer[][],
      \"odd name\" more NOT NULL
    );
    COMMENT ON TABLE users IS 'who may log in';
    COMMENT ON COLUMN users.name IS 'as they
typed it';
    CREATE VIEW audit.names AS SELECT name FROM users;
";

const DECLARED: &str = "---@meta

-- The tables of `dev`, as rows of them arrive in Lua.

---@class schema.audit.names
---@field name? string text

---who may log in
---@class schema.public.users
---@field id integer bigint
---@field name string text: as they typed it
---@field score number double precision
---@field price string numeric
---@field admin? boolean boolean
---@field moods string[] mood[]
---@field counts? integer[] more[]
---@field data any jsonb
---@field made string timestamp with time zone
---@field place? string point
---@field grid? integer[] integer[]
---@field [\"odd name\"] integer more
";

/// The declared types are those of the values that a row really has.
const ROW: &str = r#"
    local db = connect("dev", { write = true })
    db:execute([[
      INSERT INTO users VALUES (1, 'n', 1.5, 2.50, true, '{good}', '{1}', '{"a": 1}', now(), '(1,2)', '{{1}}', 3)
    ]])
    local row = db:one "SELECT * FROM users"
    for _, name in ipairs { "id", "name", "score", "price", "admin", "moods", "counts", "made", "place", "odd name" } do
      local value = row[name]
      local kind = math.type(value) or type(value)
      if kind == "table" then kind = (math.type(value[1]) or type(value[1])) .. "[]" end
      print(name, kind)
    end
"#;

#[test]
fn tables_of_a_target_become_classes_by_how_their_values_arrive() {
    let database = Database::with(dev(), SCHEMA);
    let ran = Runner::new()
        .target("dev", &database)
        .args(["types", "--schema", "dev"])
        .success();
    let file = ran.project.path().join(".runner/types/schema/dev.lua");
    assert_eq!(fs::read_to_string(file).unwrap(), DECLARED);

    let ran = Runner::new()
        .target("dev", &database)
        .playbook(ROW)
        .success();
    for line in ran.stdout.lines() {
        let (name, kind) = line.split_once('\t').unwrap();
        let declared = DECLARED.lines().find_map(|line| {
            let rest = line.strip_prefix("---@field ")?;
            let rest = rest
                .strip_prefix(&format!("[\"{name}\"]"))
                .or_else(|| rest.strip_prefix(name))?;
            rest.trim_start_matches('?')
                .strip_prefix(' ')?
                .split(' ')
                .next()
        });
        let declared = declared.unwrap_or_else(|| panic!("{name} is not declared"));
        assert_eq!(declared.replace("number", "float"), kind, "{name}");
    }
    assert_eq!(ran.stdout.lines().count(), 10);
}

#[test]
fn an_unknown_target_is_told_before_anything_is_written() {
    let ran = Runner::new().args(["types", "--schema", "nowhere"]).code(2);
    assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
    assert!(!ran.project.path().join(".runner").exists());
}

/// `luacheck` reads the files with a Lua parser of its own; what is declared and not used is their purpose.
#[test]
fn what_is_written_is_lua() {
    let ran = Runner::new().args(["types"]).success();
    let folder = ran.project.path().join(".runner/types");
    must(
        Command::new("luacheck")
            .args([
                "--std",
                "lua54",
                "--no-color",
                "--no-max-line-length",
                "--no-unused",
                "--no-global",
            ])
            .arg(&folder)
            .args(["--ignore", "211", "241"]),
    );
}
