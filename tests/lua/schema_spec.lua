-- `schema.read` and `schema.diff` are values; `verify.schema`, `verify.foreign_keys` and `verify.query` raise.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect "prod"

local function named(list, name)
  for _, entry in ipairs(list) do
    if entry.name == name then return entry end
  end
  error("nothing is called " .. name, 2)
end

it("reads tables with their parts", function()
  local read = schema.read(dev)
  local lat = named(read.tables, "public.lat")
  same("table", lat.kind)
  same(false, named(lat.columns, "law_id").nullable)
  same("foreign key", named(lat.constraints, "lat_law_id_fkey").type)
  same(true, #lat.triggers > 0 and lat.triggers[1].enabled == "origin")
  same(true, #read.functions > 0)
  same({}, read.publications)
end)

it("gives differences as rows that `show` prints", function()
  prod:execute "ALTER TABLE lat ADD COLUMN note text"
  local rows = schema.diff { from = dev, to = prod, tables = { "lat", "uk_lrt" }, exclude = "uk_lrt" }
  local note = named(rows, "public.lat.note")
  same("column extra nil text", ("%s %s %s %s"):format(note.kind, note.difference, note.from, note.to))
  show(rows)
  local e = raises("the schemas differ:", function()
    verify.schema { from = dev, to = prod, tables = "lat" }
  end)
  same(true, e.message:find("extra column `public.lat.note`", 1, true) ~= nil)
  prod:execute "ALTER TABLE lat DROP COLUMN note"
end)

it("looks for rows without a parent", function()
  local checks = verify.foreign_keys { db = prod, tables = "lat" }
  same("lat", checks[1].table)
  same(true, checks[1].ok)
  same(0, checks[1].orphans)
  local e = raises("rows refer to rows that are not there:", function()
    prod:transaction(function(tx)
      tx:execute "SET LOCAL session_replication_role = replica"
      tx:execute "DELETE FROM uk_lrt WHERE id IN (SELECT law_id FROM amendment_annotations)"
      verify.foreign_keys { db = tx, tables = "uk_lrt", samples = 2 }
    end)
  end)
  same(true, e.message:find("of `amendment_annotations`: 1,500 rows have no parent in `uk_lrt`: law_id = (", 1, true) ~= nil)
  raises("give one of `db` and `to`", function() verify.foreign_keys { db = prod, to = prod } end)
  raises("option `not_valid` must be one of `report`, `fail`", function()
    verify.foreign_keys { to = prod, not_valid = "yes" }
  end)
end)

it("compares one statement on both sides", function()
  local sql = "SELECT session_id, status FROM scrape_sessions WHERE session_id < $1 ORDER BY session_id"
  local options = { from = dev, to = connect "dev", sql = sql, params = { "x" }, name = "sessions", ordered = true }
  same(60, #verify.query(options))
  options.to, options.ordered = prod, nil
  raises("`sessions` gives other rows on the two sides: ", function() verify.query(options) end)
  raises("option `sql` is missing", function() verify.query { from = dev, to = prod } end)
end)

it("names the rows that differ in what it returns", function()
  prod:execute "UPDATE cascade_affected_laws SET layer = 9 WHERE id = 7"
  prod:execute "INSERT INTO cascade_affected_laws (id, affected_law, update_type) OVERRIDING SYSTEM VALUE VALUES (1000, 'UK_uksi_2026_1', 'reparse')"
  copy.tables { from = dev, to = prod, tables = "cascade_affected_laws", mode = "upsert" }
  local checks = verify.tables { from = dev, to = prod, tables = "cascade_affected_laws", by = "content", extra = "report", samples = 1 }
  same({ "(1000)" }, checks[1].samples.extra)
  same(nil, checks[1].samples.missing)
end)

spec.finish()
