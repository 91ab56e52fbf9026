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

it("suggests a name that the primitives have", function()
  raises("no such group `lwa`", function() copy.order { to = dev, tables = "group:lwa" } end)
  raises("there is no help about 1; `help()` lists what there is help about", function() help(1) end)
end)

it("says what a call of ours wants instead", function()
  raises("`sleep`: a duration expected, got table", function() sleep {} end)
  raises("`5 parsecs` is no duration; write a number of seconds or `500ms`, `5s`, `2min`, `1h`, `1d`", function() sleep "5 parsecs" end)
  raises("`json.decode`: ", function() json.decode "{" end)
  raises("json: a boolean cannot be the key of an object", function() json.encode { [true] = 1 } end)
  raises("`retry`: options and a function expected", function() retry(1) end)
  raises("option `times` must be at least 1", function() retry({ times = 0 }, print) end)
  raises("`connect`: key `ssh` of a target cannot be a table", function() connect { ssh = {} } end)
  raises("a block ends with its function; `close` is for the Db", function()
    dev:transaction(function(tx) tx:close() end)
  end)
end)

it("says what is wrong with the options of a machine", function()
  raises("`host`: `-x` is no ssh destination; write an alias or `user@host:port`, or nothing for this machine", function() host "-x" end)
  raises("variable `A` of option `env` must be a string of UTF-8, got boolean", function() host():run { "true", env = { A = true } } end)
  raises("option `tail` must be a number of lines", function() host():container("x"):logs { tail = -1 } end)
  raises("option `tries` must be 1 or more", function() host():container("x"):wait_healthy { tries = 0 } end)
end)

it("says what is wrong with the options of a comparison", function()
  raises("give one of `db` and `to`, they mean the same", function() verify.foreign_keys { db = dev, to = dev } end)
  raises("option `samples` must be 0 or more, got -1", function()
    verify.tables { from = dev, to = connect "prod", tables = "lat", samples = -1 }
  end)
  raises("mode `lease` is not supported yet; mode `transaction` keeps the triggers off for one transaction", function()
    trigger.disabled(dev, "lat", { mode = "lease" }, print)
  end)
end)

it("says what is wrong with the options of files", function()
  raises("only plain dumps are packed; the other formats are so by themselves", function() copy.dump { from = dev, to = "x.dump", compress = "gzip" } end)
  raises("a folder does not fit into stdout", function() copy.dump { from = dev, to = "-", format = "directory" } end)
  raises("cannot tell from the name `x.y` what dump it is to be; give `format`, one of `custom`, `directory`, `tar`, `plain`", function()
    copy.dump { from = dev, to = "x.y" }
  end)
  raises("option `from` is the path of a dump here; rows of a Db are copied by `copy.tables`", function() copy.restore { from = dev, to = dev } end)
  raises("option `verify` cannot be `content`: a dump has no server that could compare its rows", function()
    copy.restore { from = "x.dump", to = dev, verify = "content" }
  end)
  raises("option `params` goes with `sql`; conditions have their values beside them", function()
    copy.export { from = dev, table = "lat", to = "x.csv", params = { 1 } }
  end)
  raises("option `limit` must be 0 or more, got -1", function() copy.export { from = dev, table = "lat", to = "x.csv", limit = -1 } end)
end)

it("says what is wrong with the options of a copy", function()
  local prod = connect "prod"
  local function refused(text, options)
    options.from, options.to = options.from or dev, prod
    options.tables = options.tables or "lat"
    raises(text, function() copy.tables(options) end)
  end
  refused("option `where`: a list of SQL and values has a gap or a name in it (NULL is `null`)", { where = { lat = { "true", 5, x = 1 } } })
  refused("option `columns` goes by table, as in `columns = { lat = ... }`", { columns = { "id" } })
  refused("` must be SQL, `{ mask = \"email\" }`, a function or false, got integer", { mask = { lat = { id = 1 } } })
  refused("` must be `{ mask = ... }` with one of `email`", { mask = { lat = { id = { mask = "emial" } } } })
  raises("option `roots` says which rows to begin with, by table, as in `roots = { users = \"id < 10\" }`", function()
    copy.subset { from = dev, to = prod, roots = {} }
  end)
  raises("the tables follow from `roots` and the foreign keys; leave some of them out by `exclude`", function()
    copy.subset { from = dev, to = prod, roots = { lat = "true" }, tables = "lat" }
  end)
  raises("`rows` come between the two sections, so it goes without `section`; for one of them copy rows by `copy.tables`", function()
    copy.schema { from = dev, to = prod, section = "pre-data", rows = true }
  end)
  dev:snapshot(function(src)
    local changed = watermark.open { db = prod, name = "pinned" }:changed(src, "lat")
    local function whole(text, options)
      options.from, options.to = changed, prod
      raises(text, function() copy.tables(options) end)
    end
    whole("rows that `changed` chose take no `where`; give it to `marks:changed`, which keeps a mark for each", { where = "true" })
    whole("rows that `changed` chose take no `limit`: the mark would pass over those it leaves out", { limit = 1 })
    whole("rows that `changed` chose are of its one table; leave `tables` out", { tables = "lat" })
  end)
end)

it("says what is wrong with a chart", function()
  local rows = { { name = "a", n = 1 }, { name = "b", n = "many" } }
  raises("a list of rows expected, got a list with a integer", function() show.chart { 1 } end)
  raises("a list of rows expected, got one table", function() show.chart { n = 1 } end)
  raises("the rows have no columns", function() show.chart { {} } end)
  raises("option `x`: the rows have no column `nmae`, did you mean `name`; there are `n", function() show.chart(rows, { x = "nmae" }) end)
  raises("no column of numbers to draw; name one with `y`", function() show.chart({ { a = "x", b = "y" } }) end)
  raises("column `n` is `many` in row 2, which is no number", function() show.chart(rows, { x = "name", y = "n" }) end)
end)

it("says what is wrong with a message to a webhook", function()
  local function refused(text, options)
    options.url = options.url or "http://127.0.0.1:1/hook"
    raises(text, function() notify(options) end)
  end
  refused("option `timeout` must be more than 0", { timeout = 0 })
  refused("option `retries` must be from 0 to ", { retries = -1 })
  refused("option `message` is missing, which `now` posts", { now = true })
  refused("option `on` is about the end of the run; leave `now` or it out", { now = true, message = "m", on = "failure" })
  refused("option `url`: the address of the webhook is no `http://` or `https://` address with a host", { url = "nothing" })
end)

spec.finish()
