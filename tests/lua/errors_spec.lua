-- What `pcall` gives when a statement fails.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local dev = connect "dev"

--- The error of a statement on the Db.
local function failing(sql, ...)
  local ok, e = pcall(dev.query, dev, sql, ...)
  if ok then error("this should have failed: " .. sql, 2) end
  return e
end

it("carries SQLSTATE, message, position and place", function()
  local e = failing "SELECT 1,\n  nonsense"
  same("42703", e.sqlstate)
  same('column "nonsense" does not exist', e.message)
  same(13, e.position)
  same("failed", e.kind)
  same(debug.getinfo(1).source:sub(2), e.file)
  same("number", type(e.line))
  same(true, tostring(e):find('errors_spec.lua:%d+: column "nonsense" does not exist') ~= nil)
  same(nil, e.no_such_field)
end)

it("carries the parts of a violated constraint", function()
  dev:execute "CREATE TABLE parts (id integer PRIMARY KEY, n text NOT NULL CONSTRAINT short CHECK (length(n) < 3))"
  defer(function() dev:execute "DROP TABLE parts" end)
  dev:execute("INSERT INTO parts VALUES (1, 'a')")
  local e = failing "INSERT INTO parts VALUES (1, 'b')"
  same({ "23505", "parts_pkey", "public", "parts", "Key (id)=(1) already exists." },
    { e.sqlstate, e.constraint, e.schema, e.table, e.detail })
  same({ "23514", "short" }, { failing("INSERT INTO parts VALUES (2, 'long')").sqlstate,
    failing("INSERT INTO parts VALUES (2, 'long')").constraint })
  e = failing "INSERT INTO parts VALUES (3, NULL)"
  same({ "23502", "n" }, { e.sqlstate, e.column })
end)

it("carries hint and context", function()
  same("Perhaps you meant to reference the column \"pg_class.relname\".", failing("SELECT relnamex FROM pg_class").hint)
  local e = failing [[DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P9999', HINT = 'yes', DETAIL = 'why'; END $$]]
  same({ "P9999", "no", "yes", "why" }, { e.sqlstate, e.message, e.hint, e.detail })
  same("PL/pgSQL function inline_code_block line 1 at RAISE", e.context)
end)

it("keeps its fields when it is raised again, by blocks and coroutines too", function()
  local function check(f)
    local ok, e = pcall(f)
    same({ false, "22012" }, { ok, e.sqlstate })
  end
  check(function() error(failing "SELECT 1 / 0", 0) end)
  check(function() error(failing "SELECT 1 / 0") end)
  check(function() step("s", function() dev:query "SELECT 1 / 0" end) end)
  check(function() dev:transaction(function(tx) tx:query "SELECT 1 / 0" end) end)
  check(function() dev:snapshot(function(src) src:query "SELECT 1 / 0" end) end)
  check(function() retry({ times = 2, delay = 0 }, function() dev:query "SELECT 1 / 0" end) end)
  check(coroutine.wrap(function() dev:query "SELECT 1 / 0" end))
  check(function() for _ in dev:rows "SELECT 1 / (3 - n) FROM generate_series(1, 9) AS n" do end end)
  check(function() local t <close> = setmetatable({}, { __close = function() dev:query "SELECT 1" end }) dev:query "SELECT 1 / 0" end)
  check(function() table.sort({ 1, 2 }, function() dev:query "SELECT 1 / 0" end) end)
  check(function() xpcall(dev.query, function(e) error(e, 0) end, dev, "SELECT 1") dev:query "SELECT 1 / 0" end)
end)

it("reaches the handler of xpcall with its fields", function()
  same("22012", select(2, xpcall(dev.query, function(e) return e.sqlstate end, dev, "SELECT 1 / 0")))
end)

it("leaves the session usable", function()
  failing "SELECT 1 / 0"
  failing "SELEC"
  same(1, dev:value "SELECT 1")
end)

it("is shown by tostring and joined to strings", function()
  local e = failing "SELECT 1 / 0"
  same(tostring(e), "" .. e)
  same("failed: " .. tostring(e), "failed: " .. e)
end)

it("says who wants what of a wrong call", function()
  raises("bad argument #1 to `db:query`: SQL expected, got table", function() dev:query {} end)
  raises("`db:query` is called with a `:`", function() dev.query("SELECT 1") end)
  raises("`db:transaction`: a function expected, or options and a function", function() dev:transaction() end)
  raises("`db:transaction`: unknown option `lock_timout`, did you mean `lock_timeout`", function()
    dev:transaction({ lock_timout = 1 }, print)
  end)
  raises("`db:transaction`: option `isolation` must be one of `read committed`, `repeatable read`, `serializable`, got `serialisable`, did you mean `serializable`", function()
    dev:transaction({ isolation = "serialisable" }, print)
  end)
  raises("`connect`: unknown option `wirte`, did you mean `write`", function() connect("dev", { wirte = true }) end)
  raises("unknown key `usr`", function() connect { url = "postgres:///x", usr = "y" } end)
  raises("there is no target `dve`, did you mean `dev`", function() connect "dve" end)
  raises("`connect`: the name of a target or a table such as `{ url = ... }` expected, got nil", function() connect() end)
end)

spec.finish()
