-- Some rows with all they refer to: `copy.subset`, and `limit` in `copy.tables`.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect("prod", { write = true })

it("copies roots with what they refer to, and with what refers to them", function()
  local id = dev:value "SELECT max(session_id) FROM scrape_session_records"
  local report = copy.subset {
    from = dev, to = prod, mode = "upsert", roots = { scrape_sessions = { "session_id = $1", id } }, children = true,
  }
  same(1 + dev:value("SELECT count(*) FROM scrape_session_records WHERE session_id = $1", id), report.rows)
  report = copy.subset {
    from = dev, to = prod, mode = "upsert", roots = { scrape_sessions = "true" }, children = { "uk_lrt" }, limit = 2,
  }
  same(2, report.rows)
  same(1, #report.tables)
end)

it("plans a subset with the rows counted, and touches nothing", function()
  local id = dev:value "SELECT max(session_id) FROM scrape_session_records"
  local before = prod:value "SELECT count(*) FROM scrape_sessions"
  local plan = copy.plan {
    from = dev, to = prod, mode = "upsert", roots = { scrape_sessions = { "session_id = $1", id } }, children = true,
  }
  local rows = {}
  for _, t in ipairs(plan.tables) do
    same(true, t.counted)
    rows[t.table] = t.rows
  end
  same(1, rows.scrape_sessions)
  same(dev:value("SELECT count(*) FROM scrape_session_records WHERE session_id = $1", id), rows.scrape_session_records)
  same(1 + rows.scrape_session_records, plan.rows)
  same(before, prod:value "SELECT count(*) FROM scrape_sessions")
  raises("option `children` goes with `roots`", function() copy.plan { from = dev, to = prod, children = true } end)
end)

it("refuses what says nothing or the wrong thing", function()
  local function refuses(text, options)
    options.from, options.to = dev, prod
    raises("`copy.subset`: " .. text, function() copy.subset(options) end)
  end
  refuses("option `roots` says which rows to begin with", {})
  refuses("option `roots` must be SQL", { roots = { uk_lrt = 5 } })
  refuses("the tables follow from `roots` and the foreign keys", { roots = { uk_lrt = "true" }, tables = "lat" })
  refuses("option `children` must be", { roots = { uk_lrt = "true" }, children = 5 })
  refuses("unknown option `child`", { roots = { uk_lrt = "true" }, child = true })
  refuses("option `limit` must be a number of rows, or numbers by table", { roots = { uk_lrt = "true" }, limit = -1 })
end)

it("limits rows, for all tables or by table", function()
  local function copied(options)
    options.from, options.to, options.mode = dev, prod, "upsert"
    return copy.tables(options).rows
  end
  same(5, copied { tables = "uk_lrt", limit = 5 })
  same(3, copied { tables = "scrape_sessions", limit = { ["scrape*"] = 3 }, order_by = "session_id DESC" })
  same(3, copy.plan { from = dev, to = prod, tables = "uk_lrt", limit = 3 }.tables[1].rows)
  raises("option `limit` must be a number of rows, or numbers by table, got string", function() copied { limit = "5" } end)
  raises("`limit` does not go in mode `mirror`", function()
    copy.tables { from = dev, to = prod, tables = "uk_lrt", mode = "mirror", limit = 5 }
  end)
end)

spec.finish()
