-- `transaction`, savepoints and `snapshot` on one session.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local dev = connect "dev"
local other = connect "dev"
dev:execute "CREATE TABLE notes (n integer)"

--- What is committed, as another session sees it.
local function committed()
  return other:value "SELECT coalesce(array_agg(n ORDER BY n), '{}') FROM notes"
end

--- Runs a rule on an empty table.
local function rule(name, f)
  it(name, function()
    other:execute "DELETE FROM notes"
    f()
  end)
end

rule("a transaction commits what its function did, and returns what it returns", function()
  local a, b, c = dev:transaction(function(tx)
    same(1, tx:execute "INSERT INTO notes VALUES (1)")
    same({}, committed())
    return 1, nil, "three"
  end)
  same({ 1, nil, "three" }, { a, b, c })
  same({ 1 }, committed())
end)

rule("a transaction whose function raises is rolled back, and the error passes on", function()
  local e = raises("no", function()
    dev:transaction(function(tx)
      tx:execute "INSERT INTO notes VALUES (1)"
      error({ "no", kept = true } and setmetatable({ kept = true }, { __tostring = function() return "no" end }))
    end)
  end)
  same(true, e.kept)
  same({}, committed())
  same(1, dev:value "SELECT 1")
end)

rule("an inner transaction is a savepoint", function()
  dev:transaction(function(tx)
    tx:execute "INSERT INTO notes VALUES (1)"
    same(false, (pcall(tx.transaction, tx, function(inner)
      inner:execute "INSERT INTO notes VALUES (2)"
      inner:execute "SELECT 1 / 0"
    end)))
    tx:transaction(function(inner)
      inner:transaction(function(innermost) innermost:execute "INSERT INTO notes VALUES (3)" end)
      raises("boom", function() inner:transaction(function(x) x:execute "INSERT INTO notes VALUES (4)" error "boom" end) end)
    end)
    same({ 1, 3 }, tx:value "SELECT array_agg(n ORDER BY n) FROM notes")
  end)
  same({ 1, 3 }, committed())
end)

rule("a transaction whose failed statement was caught is not committed in silence", function()
  local e = raises("a statement failed earlier in this transaction and its error was caught; nothing was committed", function()
    dev:transaction(function(tx)
      tx:execute "INSERT INTO notes VALUES (1)"
      pcall(tx.execute, tx, "SELECT 1 / 0")
    end)
  end)
  same(true, tostring(e):find("nested `transaction`", 1, true) ~= nil)
  raises("nothing was committed", function()
    dev:transaction(function(tx)
      tx:execute "INSERT INTO notes VALUES (1)"
      tx:transaction(function(inner) pcall(inner.query, inner, "SELEC") end)
    end)
  end)
  same({}, committed())
end)

rule("an error caught in a savepoint of its own does no harm", function()
  dev:transaction(function(tx)
    tx:execute "INSERT INTO notes VALUES (1)"
    pcall(tx.transaction, tx, function(inner) inner:execute "SELECT 1 / 0" end)
    tx:execute "INSERT INTO notes VALUES (2)"
  end)
  same({ 1, 2 }, committed())
end)

rule("the Db itself is not used while its transaction is open", function()
  local text = "a transaction of `dev` is open; inside its function use the argument `tx` of `transaction(function(tx) ... end)`, not the `Db`"
  for _, use in ipairs {
    function() dev:query "SELECT 1" end,
    function() dev:execute "INSERT INTO notes VALUES (9)" end,
    function() dev:transaction(function() end) end,
    function() dev:snapshot(function() end) end,
    function() for _ in dev:rows "SELECT 1" do end end,
    function() dev:close() end,
  } do
    dev:transaction(function(tx)
      tx:execute "INSERT INTO notes VALUES (1)"
      raises(text, use)
    end)
  end
  same({ 1, 1, 1, 1, 1, 1 }, committed())
end)

rule("the outer block is not used while an inner one is open", function()
  dev:transaction(function(tx)
    tx:transaction(function()
      raises("a transaction of `dev` is open; inside its function use the argument `tx` of `transaction(function(tx) ... end)`, not the outer block", function()
        tx:execute "INSERT INTO notes VALUES (1)"
      end)
    end)
  end)
  same({}, committed())
end)

rule("a block that has ended is not used", function()
  local kept
  dev:transaction(function(tx) kept = tx end)
  raises("this transaction of `dev` has ended", function() kept:query "SELECT 1" end)
  dev:transaction(function()
    raises("this transaction of `dev` has ended", function() kept:query "SELECT 1" end)
  end)
  dev:snapshot(function(src) kept = src end)
  raises("this snapshot of `dev` has ended", function() kept:query "SELECT 1" end)
end)

rule("transaction statements of a playbook's own are refused", function()
  local text = "would end or nest the transaction that `runner` keeps; use `transaction(function(tx) ... end)`"
  for _, sql in ipairs {
    "COMMIT", "/* x */ commit and chain", "-- x\nROLLBACK", "ROLLBACK TO SAVEPOINT runner_1", "end", "abort", "BEGIN", "START TRANSACTION",
    "SAVEPOINT s", "RELEASE runner_1", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", ";COMMIT",
  } do
    for _, word in ipairs { "query", "one", "value", "execute" } do
      raises(text, function() dev[word](dev, sql) end)
      dev:transaction(function(tx)
        tx:execute "INSERT INTO notes VALUES (1)"
        raises(text, function() tx[word](tx, sql) end)
      end)
    end
    raises(text, function() for _ in dev:rows(sql) do end end)
  end
  same({ 52 }, { #committed() })
  same(1, dev:execute "PREPARE p AS SELECT 1" + 1)
end)

rule("options hold for the one transaction", function()
  dev:transaction({ isolation = "serializable", lock_timeout = "1.5s", statement_timeout = 2 }, function(tx)
    same({ a = "serializable", b = "1500ms", c = "2s" }, tx:one
      "SELECT current_setting('transaction_isolation') AS a, current_setting('lock_timeout') AS b, current_setting('statement_timeout') AS c")
  end)
  same({ a = "read committed", b = "0", c = "0" }, dev:one
    "SELECT current_setting('transaction_isolation') AS a, current_setting('lock_timeout') AS b, current_setting('statement_timeout') AS c")
end)

rule("a lock timeout ends the wait for a lock", function()
  other:transaction(function(holder)
    holder:execute "LOCK TABLE notes"
    local e = raises("canceling statement due to lock timeout", function()
      dev:transaction({ lock_timeout = "10ms" }, function(tx) tx:execute "INSERT INTO notes VALUES (1)" end)
    end)
    same("55P03", e.sqlstate)
  end)
  same({}, committed())
end)

rule("a read-only transaction stays read-only", function()
  dev:transaction({ read_only = true }, function(tx)
    for _, trick in ipairs { "SET TRANSACTION READ WRITE", "SET transaction_read_only = off", "SELECT set_config('transaction_read_only', 'off', true)" } do
      same("25001", select(2, pcall(tx.transaction, tx, function(inner) inner:query(trick) end)).sqlstate)
    end
    same("25006", select(2, pcall(tx.transaction, tx, function(inner) inner:execute "DELETE FROM notes" end)).sqlstate)
  end)
end)

rule("a snapshot sees one moment, cannot write, and forgives a caught error", function()
  local seen = dev:snapshot(function(src)
    same(0, src:value "SELECT count(*) FROM notes")
    other:execute "INSERT INTO notes VALUES (1)"
    same("25006", select(2, pcall(src.execute, src, "INSERT INTO notes VALUES (2)")).sqlstate)
    return "kept"
  end)
  same("kept", seen)
  same({ 1 }, committed())
  dev:snapshot(function(src)
    raises("a snapshot only reads; open the `transaction` on the Db", function() src:transaction(function() end) end)
    raises("cannot stand inside a transaction", function() src:snapshot(function() end) end)
    raises("a snapshot of `dev` is open; inside its function use the argument `src`", function() dev:query "SELECT 1" end)
  end)
  dev:transaction(function(tx)
    raises("a `snapshot` cannot stand inside a transaction of the same Db", function() tx:snapshot(function() end) end)
  end)
end)

rule("a transaction is open for as long as a coroutine that entered it hangs, and then undone", function()
  local body = coroutine.wrap(function()
    dev:transaction(function(tx)
      tx:execute "INSERT INTO notes VALUES (1)"
      coroutine.yield(tx)
      tx:execute "INSERT INTO notes VALUES (2)"
    end)
  end)
  local tx = body()
  same(1, tx:value "SELECT count(*) FROM notes")
  raises("is open", function() dev:query "SELECT 1" end)
  body()
  same({ 1, 2 }, committed())
end)

rule("two sessions of one target have transactions of their own", function()
  dev:transaction(function(tx)
    tx:execute "INSERT INTO notes VALUES (1)"
    other:transaction(function(second) second:execute "INSERT INTO notes VALUES (2)" end)
    same({ 2 }, committed())
  end)
  same({ 1, 2 }, committed())
  same(false, dev == other)
  same(true, dev == dev)
end)

dev:execute "DROP TABLE notes"
spec.finish()
