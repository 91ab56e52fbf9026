-- `verify.tables`: a table of counts or contents in three classes, and an error where they differ.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect "prod"
local TABLE = "cascade_affected_laws"

local function check(options)
  options.from, options.to = options.from or dev, options.to or prod
  options.tables = options.tables or TABLE
  local rows = verify.tables(options)
  local row = rows[1]
  return ("%s %d:%d -%d ~%d +%d %s"):format(row.table, row.from, row.to, row.missing, row.different, row.extra, row.ok)
end

it("raises on what is missing", function()
  raises("the tables differ:\n  `cascade_affected_laws`: 110 missing", function() check {} end)
  raises("`cascade_affected_laws`: 110 missing (", function() check { by = "content" } end)
end)

it("returns the rows where nothing differs", function()
  copy.tables { from = dev, to = prod, tables = TABLE, mode = "upsert" }
  same(TABLE .. " 360:360 -0 ~0 +0 true", check {})
  same(TABLE .. " 360:360 -0 ~0 +0 true", check { by = "content" })
end)

it("tells what is different from what is missing or extra", function()
  prod:execute "UPDATE cascade_affected_laws SET layer = 9 WHERE id IN (7, 8)"
  prod:execute "DELETE FROM cascade_affected_laws WHERE id IN (9, 10)"
  prod:execute [[
    INSERT INTO cascade_affected_laws (id, affected_law, update_type) OVERRIDING SYSTEM VALUE
    VALUES (1000, 'UK_uksi_2026_1', 'reparse'), (2000, 'UK_uksi_2026_2', 'reparse')
  ]]
  local e = raises("`cascade_affected_laws`: 2 missing (", function() check { by = "content" } end)
  for _, text in ipairs { "(9)", "(10)", "; 2 different (", "(7)", "(8)", "; 2 extra (", "(1000)", "(2000)" } do
    same(text, e.message:find(text, 1, true) and text)
  end
  same(TABLE .. " 360:360 -0 ~0 +0 true", check {})
end)

it("reports extra rows without failing, if told so", function()
  copy.tables { from = dev, to = prod, tables = TABLE, mode = "upsert" }
  raises("`cascade_affected_laws`: 2 extra (", function() check { by = "content" } end)
  same(TABLE .. " 360:362 -0 ~0 +2 true", check { by = "content", extra = "report" })
end)

it("leaves out columns in all tables, or by table", function()
  prod:execute "UPDATE cascade_affected_laws SET layer = 9 WHERE id = 7"
  local options = { by = "content", extra = "report" }
  raises("1 different (7)", function() check(options) end)
  options.except = "layer"
  same(TABLE .. " 360:362 -0 ~0 +2 true", check(options))
  options.except = { [TABLE] = { "layer" } }
  same(TABLE .. " 360:362 -0 ~0 +2 true", check(options))
  options.except = { "layr" }
  raises("did you mean `layer`", function() check(options) end)
  options.except = { layer = 3 }
  raises("option `except` must be a list of columns, or columns by table", function() check(options) end)
end)

it("compares the snapshot that was copied", function()
  dev:snapshot(function(src)
    copy.tables { from = src, to = prod, tables = "scrape_sessions", mode = "upsert" }
    connect("dev"):execute "UPDATE scrape_sessions SET status = 'gone'"
    same("scrape_sessions 60:60 -0 ~0 +0 true", check { from = src, tables = "scrape_sessions", by = "content" })
  end)
  raises("60 different", function() check { tables = "scrape_sessions", by = "content" } end)
end)

it("takes part in a transaction", function()
  prod:transaction(function(tx)
    tx:execute "UPDATE scrape_sessions SET status = 'gone'"
    same("scrape_sessions 60:60 -0 ~0 +0 true", check { to = tx, tables = "scrape_sessions", by = "content" })
  end)
end)

it("refuses what it cannot do", function()
  raises("`dev` cannot be compared with itself", function() check { to = dev } end)
  raises("option `by` must be one of `count`, `content`, got `contents`", function() check { by = "contents" } end)
  raises("unknown option `extras`, did you mean `extra`", function() check { extras = "report" } end)
  raises("no table `lot` on `dev`", function() check { tables = "lot" } end)
end)

spec.finish()
