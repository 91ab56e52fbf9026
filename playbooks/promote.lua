-- Promotes the law tables from dev to prod: empty tables in bulk, the others by what changed.
local promote = require "promote"

local args = playbook {
  summary = "Promote changed rows from dev to prod, recompute what prod derives, verify",
  positional = "tables",
  params = {
    tables = {
      type = "list",
      help = "only these tables or groups",
      default = {
        "uk_lrt", "lat", "amendment_annotations",
        "scrape_sessions", "scrape_session_records", "cascade_affected_laws",
      },
    },
    since = { type = "timestamp", help = "rows updated after this, instead of since the last run" },
  },
}

promote.run {
  from = connect "dev",
  to = connect("prod", { write = true }),
  tables = args.tables,
  since = args.since,
  derived = { uk_lrt = { "lat_count", "latest_lat_updated_at", "annotation_count" } },
  recompute = function(tx)
    local laws = tx:execute [[
      UPDATE uk_lrt SET
        lat_count = s.lat_count,
        latest_lat_updated_at = s.latest_lat_updated_at,
        annotation_count = s.annotation_count
      FROM (
        SELECT l.id,
          (SELECT count(*) FROM lat WHERE law_id = l.id) AS lat_count,
          (SELECT max(updated_at) FROM lat WHERE law_id = l.id) AS latest_lat_updated_at,
          (SELECT count(*) FROM amendment_annotations WHERE law_id = l.id) AS annotation_count
        FROM uk_lrt l
      ) s
      WHERE uk_lrt.id = s.id
        AND (uk_lrt.lat_count, uk_lrt.latest_lat_updated_at, uk_lrt.annotation_count)
          IS DISTINCT FROM (s.lat_count, s.latest_lat_updated_at, s.annotation_count)
    ]]
    log(laws .. " laws recomputed")
  end,
}
