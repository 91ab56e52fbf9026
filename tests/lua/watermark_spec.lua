-- `watermark.open`, and the marks it returns.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect "prod"
local marks = watermark.open { db = prod, name = "spec" }

--- How many rows were read, and how many of them were new or differed.
local function promote(name, options, on)
  return dev:snapshot(function(src)
    return prod:transaction(function(tx)
      local changed = (on or marks):changed(src, name, options)
      local report = copy.tables { from = changed, to = tx, mode = "upsert" }
      ;(on or marks):advance(tx, changed)
      local t = report.tables[1]
      return { t.rows, t.inserted + t.updated }
    end)
  end)
end

it("has no marks before the first", function()
  same({}, marks:show())
  dev:snapshot(function(src)
    local changed = marks:changed(src, "uk_lrt")
    same("uk_lrt", changed.table)
    same(true, changed.everything)
    same("string", type(changed.mark))
  end)
  same({}, marks:show())
end)

it("reads all rows first, and then those that changed", function()
  same({ 1200, 1200 }, promote "uk_lrt")
  same({ 0, 0 }, promote "uk_lrt")
  dev:execute "UPDATE uk_lrt SET live = 'changed' WHERE year = 1999"
  local touched = dev:value "SELECT count(*) FROM uk_lrt WHERE year = 1999"
  same({ touched, touched }, promote "uk_lrt")
  dev:execute "UPDATE uk_lrt SET live = live WHERE year = 2000"
  same(0, promote("uk_lrt")[2])
  local mark = marks:show()[1]
  same("public.uk_lrt", mark.table)
  same("", mark.column)
end)

it("finds what committed after the run that read before it", function()
  local late = connect "dev"
  late:transaction(function(tx)
    tx:execute "UPDATE uk_lrt SET live = 'late' WHERE year = 2001"
    same(0, promote("uk_lrt")[2])
  end)
  same(dev:value "SELECT count(*) FROM uk_lrt WHERE year = 2001", promote("uk_lrt")[2])
end)

it("moves the mark with the rows, or not at all", function()
  local before = marks:show()[1].mark
  dev:execute "UPDATE uk_lrt SET live = 'x' WHERE year = 2002"
  raises("no", function()
    dev:snapshot(function(src)
      prod:transaction(function(tx)
        marks:advance(tx, marks:changed(src, "uk_lrt"))
        error "no"
      end)
    end)
  end)
  same(before, marks:show()[1].mark)
  raises("inside the `transaction` that brings the rows", function()
    dev:snapshot(function(src) marks:advance(prod, marks:changed(src, "uk_lrt")) end)
  end)
end)

it("goes by a column where one is named, and refuses a gap", function()
  local column = { column = "updated_at" }
  same(true, promote("cascade_affected_laws", column)[1] == 360)
  same(true, promote("cascade_affected_laws", column)[1] < 360)
  raises("what changed in between would be lost", function()
    promote("cascade_affected_laws", { column = "updated_at", since = "2999-01-01" })
  end)
  raises("`since` goes with `column`", function() promote("uk_lrt", { since = "2026-01-01" }) end)
  raises("`uk_lrt` has no column `update_at`, did you mean `updated_at`", function()
    promote("uk_lrt", { column = "update_at" })
  end)
end)

it("keeps the marks of a condition apart", function()
  local where = { where = "year < 1990 -- old ones" }
  same(dev:value "SELECT count(*) FROM uk_lrt WHERE year < 1990", promote("uk_lrt", where)[1])
  same(0, promote("uk_lrt", where)[1])
end)

it("keeps a file in the old format, written after the commit", function()
  local old = watermark.open { file = "last_sync.json" }
  same({}, old:show())
  same(60, promote("scrape_sessions", nil, old)[1])
  local file = assert(io.open "last_sync.json")
  local marks = json.decode(file:read "a")
  file:close()
  same("string", type(marks.scrape_sessions))
  same(true, promote("scrape_sessions", nil, old)[1] < 60)
end)

it("refuses what it cannot do", function()
  raises("marks are kept in `db` or in `file`, not in both", function() watermark.open { db = prod, file = "x" } end)
  raises("`watermark.open`: option `name` is missing", function() watermark.open { db = prod } end)
  raises("`watermark.open`: option `db` is missing", function() watermark.open {} end)
  raises("option `limit` is not supported yet", function() marks:changed(dev, "uk_lrt", { limit = 5 }) end)
  raises("no table `uk_lrts` on `dev`, did you mean `uk_lrt`", function() marks:changed(dev, "uk_lrts") end)
  raises("what `changed` returns expected, got table", function() marks:advance(prod, {}) end)
  local changed = marks:changed(dev, "uk_lrt")
  raises("leave `tables` out", function()
    copy.tables { from = changed, to = prod, tables = "uk_lrt", mode = "upsert" }
  end)
end)

spec.finish()
