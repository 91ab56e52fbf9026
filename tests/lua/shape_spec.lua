-- What crosses in a copy: `where`, `columns`, `rename`, `order_by`, `on_missing`.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect("prod", { write = true })

local function copied(options)
  options.from, options.to = dev, prod
  options.tables = options.tables or "uk_lrt"
  options.mode = options.mode or "upsert"
  return copy.tables(options).rows
end

local function refuses(text, options)
  raises("`copy.tables`: " .. text, function() copied(options) end)
end

it("copies the rows a condition holds for, with parameters or without", function()
  local expected = dev:value "SELECT count(*) FROM uk_lrt WHERE year = 1999"
  for _, where in ipairs {
    "year = 1999",
    { "year = $1", 1999 },
    { uk_lrt = "year = 1999" },
    { ["uk_*"] = { "year = $1 AND title_en <> $2", 1999, "it's $1" } },
    { uk_lrt = { "year = coalesce($2::int, $1)", 1999, null } },
  } do
    same(expected, copied { where = where })
  end
  refuses("option `where` must be SQL", { where = { uk_lrt = 5 } })
  refuses("option `where` must be SQL", { where = { uk_lrt = { 5 } } })
  refuses("option `where`: a list of SQL and values has a gap or a name in it", { where = { uk_lrt = { "id = $1", x = 1 } } })
  refuses("option `where` must be a table, got boolean", { where = true })
  raises("`uk_lrt`: the statement takes 1 parameter, none was given", function()
    copied { where = { uk_lrt = { "year = $1" } } }
  end)
end)

it("copies the columns it is told to", function()
  prod:execute "UPDATE uk_lrt SET lat_count = 4711"
  copied { columns = { uk_lrt = { except = { "lat_count" } } } }
  same(4711, prod:value "SELECT max(lat_count) FROM uk_lrt")
  raises("`uk_lrt`.`title_en` is left out by `columns`, and is NOT NULL without a default on `prod`", function()
    copied { columns = { uk_lrt = { "id", "lat_count" } } }
  end)
  refuses("option `columns` must be lists of columns by table, or `{ except = ... }`", { columns = { uk_lrt = "id" } })
  refuses("option `columns` must be lists of columns by table, or `{ except = ... }`", { columns = { uk_lrt = {} } })
  refuses("option `columns` goes by table", { columns = { "id" } })
end)

it("writes into tables and columns of other names", function()
  prod:execute "CREATE TABLE sessions AS SELECT session_id AS name, status FROM scrape_sessions WITH NO DATA"
  copied {
    tables = "scrape_sessions", mode = "append", order_by = "session_id DESC", on_missing = "skip",
    rename = { scrape_sessions = { "sessions", session_id = "name" } },
  }
  same(60, prod:value "SELECT count(DISTINCT name) FROM sessions")
  refuses("option `rename` must be the table's name on the target", { rename = { uk_lrt = 5 } })
  refuses("option `on_missing` must be one of `error`, `skip`, got `ignore`", { on_missing = "ignore" })
  refuses("option `order_by` must be SQL", { order_by = { uk_lrt = 5 } })
end)

it("masks values by SQL, by name, or by a function of the row", function()
  copied {
    mode = "upsert", mask_seed = "seed", where = "year = 1999",
    mask = { uk_lrt = {
      title_en = "'law ' || number",
      family = { mask = "hash" },
      type_code = function(row) return row.type_code .. row.year + 1 end,
    } },
  }
  same(0, prod:value "SELECT count(*) FROM uk_lrt WHERE year = 1999 AND (title_en <> 'law ' || number OR family !~ '^[0-9a-f]+$' OR type_code !~ '2000$')")
  local e = raises("the mask of `uk_lrt`.`title_en` failed at row 1: shape_spec.lua:", function()
    copied { where = "year = 1999", mask = { uk_lrt = { title_en = function() error "no title" end } } }
  end)
  raises("no title", function() error(e) end)
  raises("cannot wait here", function()
    copied { where = "year = 1999", mask = { uk_lrt = { title_en = function() sleep(1) end } } }
  end)
  refuses("option `mask`: `title_en` must be SQL", { mask = { uk_lrt = { title_en = 5 } } })
  refuses("option `mask`: `title_en` must be `{ mask = ... }` with one of", { mask = { uk_lrt = { title_en = { mask = "emial" } } } })
  refuses("option `mask` must be masks of columns, by table", { mask = { uk_lrt = "x" } })
end)

it("keeps a condition of its own away from rows that a watermark chose", function()
  local marks = watermark.open { db = prod, name = "shape" }
  dev:snapshot(function(src)
    local changed = marks:changed(src, "uk_lrt")
    raises("`copy.tables`: rows that `changed` chose take no `where`; give it to `marks:changed`", function()
      copy.tables { from = changed, to = prod, mode = "upsert", where = "year = 1999" }
    end)
  end)
end)

spec.finish()
