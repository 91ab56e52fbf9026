-- the procedure from the first workflow
local prod = connect("prod", { write = true })

trigger.disabled(prod, { "lat" }, function(tx)
  copy.restore { from = "snapshots/lat.dump", to = tx, tables = { "lat" } }
  tx:execute [[
    UPDATE uk_lrt SET
      lat_count = (SELECT count(*) FROM lat WHERE law_id = uk_lrt.id),
      latest_lat_updated_at = (SELECT max(updated_at) FROM lat WHERE law_id = uk_lrt.id)
  ]]
end)
