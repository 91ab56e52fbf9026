--- Promotes rows from the database where they are written to the one where they are used: tables that are
--- empty there in bulk, the others by what changed since the last run.
---
--- Source: `require "promote"`

local promote = {}

---@class (exact) promote.Options
---@field from Db the source
---@field to Db the destination, opened with `write = true`
---@field tables? string[] tables, globs and groups (default all)
---@field name? string the name of the marks (default `"promote"`)
---@field since? string only rows whose `column` is not older than this, instead of those since the last run
---@field column? string the column `since` is about (default `"updated_at"`)
---@field lock_timeout? number|string how long to wait for a lock (default `"5s"`)
---@field derived? table<string, string[]> columns by table that the destination computes; neither copied nor checked
---@field recompute? fun(tx: Db) run in one transaction after all tables, with the triggers in force

local function has_triggers(db, name)
  for _, state in ipairs(trigger.state(db, { name })) do
    if state.enabled ~= "disabled" then return true end
  end
  return false
end

local function is_empty(tx, name)
  return not tx:value(query.format("SELECT EXISTS (SELECT FROM %I)", name))
end

-- Triggers that would fire for every row are off while the rows arrive; where there are none, nobody is
-- kept waiting by the lock that takes.
local function guarded(db, name, lock_timeout, body)
  if has_triggers(db, name) then
    return trigger.disabled(db, { name }, { lock_timeout = lock_timeout }, body)
  end
  return db:transaction({ lock_timeout = lock_timeout }, body)
end

-- What the destination computes, as `columns` takes it, by the names that `copy.order` gives.
local function without_derived(options)
  local columns = {}
  for name, derived in pairs(options.derived or {}) do
    columns[copy.order { to = options.to, tables = { name } }[1]] = { except = derived }
  end
  return columns
end

--- Promotes one table; its mark is advanced in the same transaction. `since` is one operator's choice of rows and
--- moves no mark: what it leaves out the next run finds.
local function promote_table(options, src, marks, name, columns)
  local changed = marks:changed(src, name, {
    since = options.since,
    column = options.since and (options.column or "updated_at"),
  })
  return guarded(options.to, name, options.lock_timeout or "5s", function(tx)
    local report
    if is_empty(tx, name) then
      log(name .. " is empty there: in bulk")
      report = copy.tables { from = src, to = tx, tables = { name }, mode = "append", columns = columns }
    else
      report = copy.tables { from = changed, to = tx, mode = "upsert", columns = columns }
    end
    if not options.since then marks:advance(tx, changed) end
    return report
  end)
end

--- Promotes the tables in the order of their foreign keys, each in a transaction of its own, lets the
--- destination recompute what it derives, and compares the contents of both sides.
---
--- Raises when a row is missing or different afterwards; rows that only the destination has are reported.
---
--- # Errors
--- - rows are missing or different after all tables are done
--- - what `copy.tables` and `recompute` raise; tables done before stay promoted
---
--- # Example
--- ```lua
--- local promote = require "promote"
--- promote.run { from = dev, to = prod, tables = { "uk_lrt" }, derived = { uk_lrt = { "lat_count", "latest_lat_updated_at", "annotation_count" } } }
--- ```
---@param options promote.Options
---@return table reports one report of `copy.tables` for each table
function promote.run(options)
  local tables = copy.order { to = options.to, tables = options.tables }
  local columns = without_derived(options)
  local marks = watermark.open { db = options.to, name = options.name or "promote" }
  return options.from:snapshot(function(src)
    local reports = {}
    for _, name in ipairs(tables) do
      reports[#reports + 1] = step("promote " .. name, promote_table, options, src, marks, name, { [name] = columns[name] })
    end
    if options.recompute then
      step("recompute", function()
        options.to:transaction({ lock_timeout = options.lock_timeout or "5s" }, options.recompute)
      end)
    end
    step("verify", function()
      verify.tables {
        from = src, to = options.to, tables = tables,
        by = "content", extra = "report", except = options.derived,
      }
    end)
    return reports
  end)
end

return promote
