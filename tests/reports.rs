//! What is printed when a playbook fails: pinned whole, with the line of the playbook, the line of SQL and a
//! caret under what the server points to.

use crate::support::{Database, Runner, dev};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY, name text NOT NULL CONSTRAINT short CHECK (length(name) < 9));
    INSERT INTO law VALUES (1, 'one');";

/// A run whose stderr is the report alone.
fn quietly(lua: &str) -> Runner {
    Runner::new().playbook(lua).args(["--quiet"])
}

/// Where the server of a database listens, as the way to it is told.
fn address(database: &Database) -> String {
    let url = database.url();
    let (_, rest) = url.split_once('@').unwrap();
    rest.split('/').next().unwrap().to_owned()
}

#[track_caller]
fn fails(lua: &str, report: &str) {
    let database = Database::with(dev(), TABLES);
    let before = database.state();
    let run = quietly(lua).target("dev", &database);
    let report = report.replace("{route}", &address(&database));
    run.stdout("").stderr(&report).code(1);
    database.assert_as_before(&before);
}

#[test]
fn a_refused_statement_is_shown_with_its_calls_and_a_caret() {
    fails(
        "\
local dev = connect \"dev\"
local function total(tx)
  local rows = tx:query([[
    SELECT id,
\tcoun(*)
      FROM law
     WHERE id = $1]], 1)
  return #rows
end
step(\"promote\", function()
  dev:transaction(function(tx)
    tx:execute \"DELETE FROM law\"
    log(total(tx))
  end)
end)
",
        "\
error: function coun() does not exist
  at playbook.lua:3
  3 | local rows = tx:query([[
    |                 ^
  at SQL line 2
  2 |     coun(*)
    |     ^
  target: dev
  route: {route}
  sqlstate: 42883
  hint: No function matches the given name and argument types. You might need to add explicit type casts.
  from: playbook.lua:3: in `total`
  from: playbook.lua:13
  from: playbook.lua:11
  from: playbook.lua:10
",
    );
}

#[test]
fn a_call_without_parentheses_is_shown_where_it_begins() {
    fails(
        "\
local dev = connect 'dev'
local function rename(tx)
  local renamed = tx:execute [[
    UPDATE law
       SET nam = 'x']]
  return renamed
end
dev:transaction(function(tx) local _ = rename(tx) end)
",
        "\
error: column \"nam\" of relation \"law\" does not exist
  at playbook.lua:3
  3 | local renamed = tx:execute [[
    |                    ^
  at SQL line 2
  2 |        SET nam = 'x'
    |            ^
  target: dev
  route: {route}
  sqlstate: 42703
  from: playbook.lua:3: in `rename`
  from: playbook.lua:8
  from: playbook.lua:8
  help: did you mean `name`
",
    );
    fails(
        "local dev = connect 'dev'\ndev:query [[SELECT\n  nothing\n]]\n",
        "\
error: column \"nothing\" does not exist
  at playbook.lua:2
  2 | dev:query [[SELECT
    |     ^
  at SQL line 2
  2 |   nothing
    |   ^
  target: dev
  route: {route}
  sqlstate: 42703
",
    );
}

#[test]
fn a_violated_constraint_is_named_with_its_row() {
    fails(
        "local dev = connect 'dev'\ndev:execute('INSERT INTO law VALUES ($1, $2)', 1, 'two')\n",
        "\
error: duplicate key value violates unique constraint \"law_pkey\"
  at playbook.lua:2
  2 | dev:execute('INSERT INTO law VALUES ($1, $2)', 1, 'two')
    |     ^
  at SQL line 1
  1 | INSERT INTO law VALUES ($1, $2)
  target: dev
  route: {route}
  sqlstate: 23505
  detail: Key (id)=(1) already exists.
  constraint: law_pkey
  schema: public
  table: law
",
    );
}

#[test]
fn an_error_in_a_function_is_shown_with_its_context() {
    fails(
        "connect('dev'):execute \"DO $$ BEGIN RAISE 'no' USING HINT = 'yes', DETAIL = 'first\\nsecond'; END $$\"\n",
        "\
error: no
  at playbook.lua:1
  1 | connect('dev'):execute \"DO $$ BEGIN RAISE 'no' USING HINT = 'yes', DETAIL = 'first\\nsecond'; …
    |                ^
  at SQL line 1
  1 | DO $$ BEGIN RAISE 'no' USING HINT = 'yes', DETAIL = 'first
  target: dev
  route: {route}
  sqlstate: P0001
  detail: first
    second
  hint: yes
  context: PL/pgSQL function inline_code_block line 1 at RAISE
",
    );
}

#[test]
fn a_statement_of_a_file_is_shown_with_the_line_of_the_file() {
    let database = Database::with(dev(), TABLES);
    quietly("local dev = connect 'dev'\ndev:query(query.file 'sql/count.sql')\n")
        .target("dev", &database)
        .file(
            "sql/count.sql",
            "-- How many\n-- there are.\nSELECT\n  count(*),\n  nothing\n  FROM law\n",
        )
        .stderr(
            &"\
error: column \"nothing\" does not exist
  at playbook.lua:2
  2 | dev:query(query.file 'sql/count.sql')
    |     ^
  at sql/count.sql:5
  5 |   nothing
    |   ^
  target: dev
  route: {route}
  sqlstate: 42703
"
            .replace("{route}", &address(&database)),
        )
        .code(1);
}

#[test]
fn an_error_of_lua_is_shown_with_its_line_and_calls() {
    let lua = "\
local t
local function deep()
  local x = t.x
  return x
end
local function middle()
  local x = deep()
  return x
end
step('s', function() local x = middle() return x end)
";
    quietly(lua)
        .stderr(
            "\
error: attempt to index a nil value (upvalue 't')
  at playbook.lua:3
  3 | local x = t.x
    |           ^
  from: playbook.lua:3: in `deep`
  from: playbook.lua:7: in `middle`
  from: playbook.lua:10
  from: playbook.lua:10
",
        )
        .code(1);
}

#[test]
fn an_error_in_a_module_is_shown_with_the_modules_line() {
    quietly("local sums = require 'lib.sums'\nsums.add(1)\n")
        .file(
            "playbooks/lib/sums.lua",
            "return {\n  add = function(a, b)\n    return a + b\n  end\n}\n",
        )
        .stderr(
            "\
error: attempt to perform arithmetic on a nil value (local 'b')
  at playbooks/lib/sums.lua:3
  3 | return a + b
    |            ^
  from: playbooks/lib/sums.lua:3: in `add`
  from: playbook.lua:2
",
        )
        .code(1);
}

#[test]
fn a_syntax_error_is_shown_with_its_line_and_nothing_has_run() {
    quietly("print 'never'\nlocal x = = 2\n")
        .stdout("")
        .stderr("error: unexpected symbol near '='\n  at playbook.lua:2\n  2 | local x = = 2\n")
        .code(1);
    quietly("for i = 1, 2 do\n")
        .stderr(
            "error: 'end' expected (to close 'for' at line 1) near <eof>\n  at playbook.lua:2\n",
        )
        .code(1);
    quietly("require 'broken'\n")
        .file("broken.lua", "\nreturn (\n")
        .stderr("error: broken.lua:3: unexpected symbol near <eof>\n  at playbook.lua:1\n  1 | require 'broken'\n")
        .code(1);
}

#[test]
fn a_misspelt_option_is_told_with_the_nearest_one() {
    fails(
        "connect('dev', { wirte = true })\n",
        "\
error: `connect`: unknown option `wirte`, did you mean `write`
  at playbook.lua:1
  1 | connect('dev', { wirte = true })
    | ^
",
    );
    fails(
        "connect('dev'):transaction({ lock_timout = '5s' }, print)\n",
        "\
error: `db:transaction`: unknown option `lock_timout`, did you mean `lock_timeout`
  at playbook.lua:1
  1 | connect('dev'):transaction({ lock_timout = '5s' }, print)
    |                ^
",
    );
}

#[test]
fn a_poisoned_transaction_says_what_to_do_and_commits_nothing() {
    fails(
        "\
local dev = connect 'dev'
dev:transaction(function(tx)
  tx:execute \"INSERT INTO law VALUES (2, 'two')\"
  pcall(tx.execute, tx, \"INSERT INTO law VALUES (2, 'again')\")
end)
",
        "\
error: a statement failed earlier in this transaction and its error was caught; nothing was committed (wrap what may fail in a nested `transaction`, which is a savepoint)
  at playbook.lua:2
  2 | dev:transaction(function(tx)
",
    );
}

#[test]
fn a_commit_of_the_playbooks_own_is_refused() {
    fails(
        "\
connect('dev'):transaction(function(tx)
  tx:execute \"INSERT INTO law VALUES (2, 'two')\"
  tx:execute '/* done */ COMMIT'
end)
",
        "\
error: `COMMIT` would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`
  at playbook.lua:3
  3 | tx:execute '/* done */ COMMIT'
    |    ^
  from: playbook.lua:1
",
    );
}

#[test]
fn a_missing_table_is_named_with_what_is_meant() {
    fails(
        "connect('dev'):value 'SELECT count(*) FROM laws'\n",
        "\
error: relation \"laws\" does not exist
  at playbook.lua:1
  1 | connect('dev'):value 'SELECT count(*) FROM laws'
    |                ^
  at SQL line 1
  1 | SELECT count(*) FROM laws
    |                      ^
  target: dev
  route: {route}
  sqlstate: 42P01
  help: did you mean `law`
",
    );
}

#[test]
fn what_goes_wrong_while_unwinding_is_told_beside_the_error() {
    quietly("defer(function() error('the closer', 0) end)\nerror('the body', 0)\n")
        .stderr("warning: the closer\nerror: the body\n  at playbook.lua:2\n  2 | error('the body', 0)\n")
        .code(1);
}

#[test]
fn a_run_that_returns_inside_a_transaction_has_committed_it() {
    let database = Database::with(dev(), TABLES);
    quietly(
        "\
local dev = connect 'dev'
do
  return dev:transaction(function(tx)
    for _, name in ipairs { 'two', 'three' } do
      tx:execute('INSERT INTO law VALUES ($1, $2)', #name, name)
      if name == 'two' then return name end
    end
  end)
end
",
    )
    .target("dev", &database)
    .stderr("")
    .success();
    assert_eq!(database.query("SELECT id FROM law ORDER BY id"), "1\n3");
    database.assert_left();
}
