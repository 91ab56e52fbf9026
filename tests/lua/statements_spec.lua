-- `query`, `one`, `value`, `execute`, `rows`, `info`, `notices`, `close`.
local spec = require "spec"
local it, same, raises, eventually = spec.it, spec.same, spec.raises, spec.eventually
local dev = connect "dev"

--- How many sessions of this run are on the server, the one that asks not counted.
local function sessions()
  return dev:value [[
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()]]
end

it("query gives all rows, one the only one, value its first column", function()
  same({ { n = 1 }, { n = 2 } }, dev:query "SELECT n FROM generate_series(1, 2) AS n")
  same({ n = 1, m = "x" }, dev:one "SELECT 1 AS n, 'x' AS m")
  same(nil, dev:one "SELECT 1 WHERE false")
  raises("`one` wants at most one row, the statement gave 2", function() dev:one "SELECT generate_series(1, 2)" end)
  same(1, dev:value "SELECT 1 AS n, 2 AS m")
  same(1, dev:value "SELECT generate_series(1, 2)")
  same({ {} }, dev:query "SELECT")
  same({ {}, {} }, dev:query "SELECT FROM generate_series(1, 2)")
  same({}, dev:query "")
  same({}, dev:query "CREATE TEMP TABLE t (n integer)")
end)

it("execute gives the number of rows affected", function()
  dev:execute "CREATE TEMP TABLE counted (n integer)"
  same(3, dev:execute("INSERT INTO counted SELECT generate_series(1, $1::int)", 3))
  same(2, dev:execute "UPDATE counted SET n = n WHERE n > 1")
  same(0, dev:execute "DELETE FROM counted WHERE n > 9")
  same(0, dev:execute "DROP TABLE counted")
end)

it("only one statement goes at a time", function()
  raises("cannot insert multiple commands into a prepared statement", function() dev:execute "SELECT 1; SELECT 2" end)
end)

it("rows streams, and other statements run meanwhile", function()
  local sum = 0
  for row in dev:rows("SELECT n FROM generate_series(1, $1::int) AS n", 1000) do
    if row.n % 500 == 0 then same(1, sessions()) end
    sum = sum + row.n + dev:value "SELECT 0"
  end
  same(500500, sum)
  eventually(0, sessions)
end)

it("rows ends its statement when the loop is left", function()
  for row in dev:rows "SELECT generate_series(1, 100000000) AS n" do
    if row.n == 3 then break end
  end
  eventually(0, sessions)
  local function first()
    for row in dev:rows "SELECT generate_series(1, 100000000) AS n" do return row.n end
  end
  same(1, first())
  raises("in the loop", function()
    for _ in dev:rows "SELECT generate_series(1, 100000000) AS n" do error "in the loop" end
  end)
  eventually(0, sessions)
end)

it("rows begins without waiting for the last row", function()
  for row in dev:rows "SELECT n, CASE WHEN n = 100000 THEN pg_sleep(60) END FROM generate_series(1, 100000) AS n" do
    same(1, row.n)
    break
  end
  eventually(0, sessions)
end)

it("rows raises in the middle of a result, and cleans up", function()
  local seen = 0
  local e = raises("division by zero", function()
    for row in dev:rows "SELECT 1 / (1000 - n) AS x, n FROM generate_series(1, 2000) AS n" do seen = row.n end
  end)
  same("22012", e.sqlstate)
  same(999, seen)
  eventually(0, sessions)
  raises('relation "no_such" does not exist', function() for _ in dev:rows "SELECT * FROM no_such" do end end)
  eventually(0, sessions)
end)

it("rows only reads", function()
  dev:execute "CREATE TABLE written (n integer)"
  defer(function() dev:execute "DROP TABLE written" end)
  local e = raises("cannot execute INSERT in a read-only transaction", function()
    for _ in dev:rows "INSERT INTO written VALUES (1) RETURNING n" do end
  end)
  same("25006", e.sqlstate)
  same(0, dev:value "SELECT count(*) FROM written")
end)

it("rows sees a snapshot, and is refused in a transaction it would not see", function()
  dev:execute "CREATE TABLE seen (n integer)"
  defer(function() dev:execute "DROP TABLE seen" end)
  local other = connect "dev"
  dev:snapshot(function(src)
    other:execute "INSERT INTO seen VALUES (1)"
    for _ in src:rows "SELECT * FROM seen" do error "not of this snapshot" end
  end)
  for row in dev:rows "SELECT * FROM seen" do same(1, row.n) end
  dev:transaction(function(tx)
    raises("`rows` reads on a connection of its own, which does not see this transaction; use `query`", function()
      for _ in tx:rows "SELECT 1" do end
    end)
  end)
  other:close()
end)

it("info tells which server answered", function()
  local info = dev:info()
  same("dev", info.target)
  same(dev:value "SELECT current_database()", info.database)
  same(dev:value "SELECT current_user::text", info.user)
  same(dev:value "SELECT pg_backend_pid()", info.pid)
  same(dev:value "SELECT system_identifier::text FROM pg_control_system()", info.system_identifier)
  same(dev:value "SELECT current_setting('server_version_num')::int", info.version_num)
  same({ true, false, false, false }, { info.superuser, info.standby, info.protected, info.read_only })
end)

it("notices gives what the server has said since the last call", function()
  dev:notices()
  dev:execute [[DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$]]
  same({ { severity = "NOTICE", message = "one" }, { severity = "WARNING", message = "two" } }, dev:notices())
  same({}, dev:notices())
end)

it("a closed Db is used no more", function()
  local db = connect "dev"
  same(1, sessions())
  db:close()
  eventually(0, sessions)
  raises("`dev` is already closed", function() db:query "SELECT 1" end)
  raises("`dev` is already closed", function() db:transaction(function() end) end)
  raises("`dev` is already closed", function() for _ in db:rows "SELECT 1" do end end)
  db:close()
  do
    local scoped <close> = connect "dev"
    same(1, scoped:value "SELECT 1")
  end
  eventually(0, sessions)
end)

it("a Db can be of another database, or of a table of keys", function()
  local db <close> = connect("dev", { database = "postgres" })
  same("postgres", db:value "SELECT current_database()")
  same("dev/postgres", db:info().target)
  raises('database "no_such" does not exist', function() connect("dev", { database = "no_such" }) end)
end)

it("a Db shows what it is", function()
  same("Db dev", tostring(dev))
  dev:transaction(function(tx) same("transaction dev", tostring(tx)) end)
  dev:snapshot(function(src) same("snapshot dev", tostring(src)) end)
end)

it("a query from a file remembers its file and line", function()
  local sql = query.file "statement.sql"
  same("SELECT 1 +\n  $1::int AS n\n", tostring(sql))
  same({ n = 3 }, dev:one(sql, 2))
  local rows = {}
  for row in dev:rows(sql, 4) do rows[#rows + 1] = row.n end
  same({ 5 }, rows)
  raises("cannot read `no_such.sql`: ", function() query.file "no_such.sql" end)
end)

spec.finish()
