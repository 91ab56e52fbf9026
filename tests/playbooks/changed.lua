-- promotion of changed rows, the watermark kept with the data
local args = playbook {
  summary = "Promote changed rows from dev to prod",
  positional = "tables",
  params = { tables = { type = "list", help = "only these tables or groups" } },
}
local dev, prod = connect "dev", connect("prod", { write = true })
local tables = copy.order { to = prod, tables = args.tables }     -- parents before children
local marks = watermark.open { db = prod, name = "promote" }

dev:snapshot(function(src)                                        -- one moment of dev for all tables
  for _, name in ipairs(tables) do
    step("promote " .. name, function()
      prod:transaction({ lock_timeout = "5s" }, function(tx)
        local changed = marks:changed(src, name)
        copy.tables { from = changed, to = tx, mode = "upsert" }
        marks:advance(tx, changed)                                -- commits with the rows, or not at all
      end)
    end)
  end
  verify.tables { from = src, to = prod, tables = tables, by = "content", extra = "report" }
end)
