//! Before the phrase is given nothing is written, whatever is tried.

use super::{TABLES, protected};
use crate::support::{Database, prod};

/// Tries everything in `attempts` (Lua, with `prod`) under `pcall`; nothing may come of it.
#[track_caller]
fn changes_nothing(attempts: &str) {
    let database = Database::with(prod(), TABLES);
    let before = database.state();
    protected(&database)
        .playbook(&format!("local prod = connect 'prod'\n{attempts}"))
        .success();
    database.assert_as_before(&before);
}

#[test]
fn no_statement_undoes_that_a_protected_target_is_read_only() {
    changes_nothing(
        r#"
        local writes = {
          "INSERT INTO law VALUES (2) RETURNING id", "SELECT plain()", "SELECT sneak()", "DO $$ BEGIN INSERT INTO law VALUES (3); END $$",
          "WITH w AS (DELETE FROM law RETURNING id) SELECT * FROM w", "CREATE TABLE more ()", "TRUNCATE law", "SELECT nextval('numbers')",
          "SELECT setval('numbers', 7)", "SELECT * INTO more FROM law", "EXPLAIN ANALYZE DELETE FROM law", "LOCK TABLE law IN SHARE MODE",
          "ALTER TABLE law ADD n integer", "COMMENT ON TABLE law IS 'x'", "ALTER DATABASE postgres SET runner.protect = ''", "NOTIFY x",
          "PREPARE w AS INSERT INTO law VALUES (4)", "EXECUTE w", "REFRESH MATERIALIZED VIEW law", "GRANT ALL ON law TO public",
        }
        local tricks = {
          "SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET transaction_read_only = off",
          "SET LOCAL transaction_read_only = off", "SET TRANSACTION READ WRITE", "SELECT set_config('transaction_read_only', 'off', false)",
          "SELECT set_config('default_transaction_read_only', 'off', false)", "RESET ALL", "DISCARD ALL", "SET SESSION AUTHORIZATION DEFAULT",
          "COMMIT", "ROLLBACK", "BEGIN READ WRITE", "SAVEPOINT s", "COMMIT AND CHAIN", "/* ; */ ;ROLLBACK",
        }
        local function all(query)
          for _, trick in ipairs(tricks) do
            pcall(query, trick)
            for _, write in ipairs(writes) do pcall(query, write) end
          end
        end
        all(function(sql) prod:query(sql) end)
        all(function(sql) prod:value(sql) end)
        all(function(sql) for _ in prod:rows(sql) do end end)
        "#,
    );
}

#[test]
fn no_statement_inside_a_block_undoes_it_either() {
    changes_nothing(
        r#"
        for _, trick in ipairs {
          "SET transaction_read_only = off", "SET TRANSACTION READ WRITE", "SELECT set_config('transaction_read_only', 'off', true)",
          "SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SAVEPOINT s", "COMMIT", "END", "ABORT",
        } do
          for _, word in ipairs { "query", "execute", "script" } do
            prod:snapshot(function(src) pcall(src[word], src, trick) pcall(src[word], src, "INSERT INTO law VALUES (2)") end)
            pcall(prod.transaction, prod, { read_only = true }, function(tx)
              pcall(tx.transaction, tx, function(inner) inner[word](inner, trick) end)
              pcall(tx.transaction, tx, function(inner) inner[word](inner, "INSERT INTO law VALUES (2)") end)
            end)
          end
        end
        "#,
    );
}

#[test]
fn reading_asks_nothing() {
    let database = Database::with(prod(), TABLES);
    protected(&database)
        .playbook(
            "local prod = connect 'prod'
             print(prod:value 'SELECT count(*) FROM law', prod:execute 'SELECT 1', prod:info().protected, prod:info().read_only)
             prod:snapshot(function(src) for row in src:rows 'SELECT id FROM law' do print(row.id) end end)
             prod:transaction({ read_only = true }, function(tx) print(tx:value 'SELECT id FROM law') end)",
        )
        .stdout("1\t1\ttrue\ttrue\n1\n1\n")
        .success();
}
