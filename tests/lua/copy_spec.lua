-- `copy.order` and `copy.tables`.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect "prod"

local function counts(report)
  local list = {}
  for _, t in ipairs(report.tables) do
    list[#list + 1] = ("%s +%d ~%d -%d =%d of %d"):format(t.table, t.inserted, t.updated, t.deleted, t.equal, t.rows)
  end
  return list
end

it("orders parents before children, by name and pattern", function()
  same({ "cascade_affected_laws", "scrape_sessions", "scrape_session_records", "uk_lrt", "amendment_annotations", "lat" },
    copy.order { to = prod })
  same({ "uk_lrt", "lat" }, copy.order { to = prod, tables = { "lat", "uk_*" } })
  same({ "uk_lrt" }, copy.order { to = prod, tables = "public.uk_lrt" })
  same({ "scrape_sessions" }, copy.order { to = prod, tables = "scrape_*", exclude = "*_records" })
end)

it("refuses a selection it cannot serve", function()
  raises("no table `lot` on `prod`, did you mean `lat`", function() copy.order { to = prod, tables = "lot" } end)
  raises("no table of `prod` matches `zzz*`", function() copy.order { to = prod, tables = "zzz*" } end)
  raises("no such group `law` in `runner.toml`", function() copy.order { to = prod, tables = "group:law" } end)
end)

it("reports what it did, and nothing when nothing differs", function()
  local report = copy.tables { from = dev, to = prod, tables = "cascade_affected_laws", mode = "upsert" }
  same({ "cascade_affected_laws +110 ~0 -0 =250 of 360" }, counts(report))
  same(360, report.rows)
  same("integer", math.type(report.tables[1].bytes))
  same("float", math.type(report.tables[1].seconds))
  report = copy.tables { from = dev, to = prod, tables = "cascade_affected_laws", mode = "upsert" }
  same({ "cascade_affected_laws +0 ~0 -0 =360 of 360" }, counts(report))
end)

it("inserts what is missing, and mirrors what is there no longer", function()
  local options = { from = dev, to = prod, tables = "cascade_affected_laws" }
  options.mode = "insert"
  prod:execute "DELETE FROM cascade_affected_laws WHERE id IN (SELECT id FROM cascade_affected_laws ORDER BY id LIMIT 7)"
  local report = copy.tables(options)
  same({ "cascade_affected_laws +7 ~0 -0 =353 of 360" }, counts(report))
  same(0, report.tables[1].skipped)
  dev:transaction(function(tx)
    tx:execute "DELETE FROM cascade_affected_laws WHERE id IN (SELECT id FROM cascade_affected_laws ORDER BY id LIMIT 3)"
  end)
  options.mode = "mirror"
  report = copy.tables(options)
  same({ 0, 0, 3, 357 }, {
    report.tables[1].inserted, report.tables[1].updated, report.tables[1].deleted, report.tables[1].equal,
  })
  same(357, prod:value "SELECT count(*) FROM cascade_affected_laws")
end)

it("appends by default, and leaves nothing behind where a key is taken", function()
  local e = raises("duplicate key value violates unique constraint \"lat_pkey\"", function()
    dev:snapshot(function(src)
      prod:transaction(function(tx)
        copy.tables { from = src, to = tx, tables = "uk_lrt", mode = "upsert" }
        same({ "lat +7197 ~0 -0 =0 of 7197" }, counts(copy.tables { from = src, to = tx, tables = "lat" }))
        copy.tables { from = src, to = tx, tables = "lat" }
      end)
    end)
  end)
  same("23505", e.sqlstate)
  same("lat", e.table)
  same(0, prod:value "SELECT count(*) FROM lat")
end)

it("replaces tables tied by keys together", function()
  local report = copy.tables { from = dev, to = prod, tables = { "uk_lrt", "lat", "amend*" }, mode = "replace", jobs = 4 }
  same(1200 + 7197 + 1800, report.rows)
  same({ 1200, 7197, 1800 }, {
    prod:value "SELECT count(*) FROM uk_lrt", prod:value "SELECT count(*) FROM lat",
    prod:value "SELECT count(*) FROM amendment_annotations",
  })
  raises("`uk_lrt` on `prod` cannot be emptied: `lat` refers to it by `lat_law_id_fkey`", function()
    copy.tables { from = dev, to = prod, tables = "uk_lrt", mode = "replace" }
  end)
end)

it("commits what is staged or read ahead together, and goes on after a failure", function()
  local tables = { "uk_lrt", "lat", "amend*", "scrape_*" }
  for _, atomic in ipairs { true, "staged" } do
    local report = copy.tables { from = dev, to = prod, tables = tables, mode = "replace", jobs = 3, atomic = atomic }
    same(1200 + 7197 + 1800 + 60 + 900, report.rows)
  end
  prod:execute "CREATE FUNCTION no() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'" -- nothing that `dev` could tell
  prod:execute "ALTER TABLE scrape_sessions ADD CONSTRAINT none CHECK (no()) NOT VALID"
  local e = raises("complete: ", function()
    copy.tables { from = dev, to = prod, tables = tables, mode = "replace", on_error = "continue", resume = true }
  end)
  same("23514", e.sqlstate)
  same("none", e.constraint)
  prod:execute "ALTER TABLE scrape_sessions DROP CONSTRAINT none"
  local report = copy.tables { from = dev, to = prod, tables = tables, mode = "replace", resume = true }
  same(60 + 900, report.rows)
  verify.tables { from = dev, to = prod, tables = "scrape_*", by = "content" }
end)

it("never waits for a lock of its own run", function()
  local other = connect "prod"
  other:transaction(function(tx)
    tx:execute "DELETE FROM lat WHERE false"
    raises("this run holds locks on `lat` in a transaction of `prod` that is open; use its `tx`", function()
      copy.tables { from = dev, to = prod, tables = "cascade_affected_laws", mode = "upsert" }
    end)
  end)
end)

it("refuses what it cannot do yet by name, and what nobody can do as a typo", function()
  local function refuses(text, options)
    options.from, options.to = options.from or dev, options.to or prod
    options.tables = options.tables or "lat"
    raises("`copy.tables`: " .. text, function() copy.tables(options) end)
  end
  refuses("option `limit` must be a number of rows, or numbers by table, got number", { limit = 1.5 })
  refuses("option `atomic` must be true, false or \"staged\", got integer", { atomic = 1 })
  refuses("option `on_error` must be one of `stop`, `continue`, got `go on`", { on_error = "go on" })
  refuses("option `batch` must be 1 or more, got -5", { batch = -5 })
  refuses("option `mode` must be one of `replace`, `append`", { mode = "repalce" })
  refuses("unknown option `vrify`, did you mean `verify`", { vrify = false })
  refuses("option `jobs` must be 1 or more, got 0", { jobs = 0 })
  refuses("option `from` is a Db, a snapshot or what `changed` returned; a dump is read by `copy.restore`", { from = "x" })
  refuses("option `to` must be a Db, a transaction or a snapshot, got string", { to = "prod" })
  raises("`copy.tables`: option `to` is missing", function() copy.tables { from = dev } end)
  raises("`dev` and `dev` are the same database", function() copy.tables { from = dev, to = connect "dev" } end)
  prod:snapshot(function(src) raises("a snapshot only reads", function() copy.tables { from = dev, to = src } end) end)
end)

it("takes dumps by their path only", function()
  raises("`copy.restore`: option `from` is missing", function() copy.restore { to = prod } end)
  raises("rows of a Db are copied by `copy.tables`", function() copy.restore { from = dev, to = prod } end)
  raises("nowhere.dump", function() copy.restore { from = "nowhere.dump", to = prod } end)
end)

spec.finish()
