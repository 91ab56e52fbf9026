-- `trigger.disabled` and `trigger.state`.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local db = connect "prod"
local LAW = "'00000000-0000-0000-0000-000000000001'"
db:execute("INSERT INTO uk_lrt (id, family, name, title_en, type_code, year, number) VALUES (" .. LAW
  .. ", 'FIRE', 'T', 'T', 'uksi', 2026, '1')")

local function insert(tx, section, law)
  return tx:execute("INSERT INTO lat (section_id, law_id, law_name, section_type, sort_key, depth, text) VALUES ('"
    .. section .. "', " .. (law or LAW) .. ", 'T', 'title', 1, 1, 'x')")
end

local function count()
  return db:value("SELECT lat_count FROM uk_lrt WHERE id = " .. LAW)
end

local function states(on, tables)
  local list = {}
  for _, state in ipairs(trigger.state(on, tables or "lat")) do
    list[#list + 1] = (state.internal and "internal" or state.name) .. "=" .. state.enabled
  end
  return table.concat(list, " ")
end

local AS_THEY_ARE = "notify_search=disabled propagate_lat_stats=origin"

it("tells the states of triggers that people made", function()
  same(AS_THEY_ARE, states(db))
  same("propagate_annotation_stats=origin " .. AS_THEY_ARE, states(db, { "lat", "amendment*" }))
end)

it("keeps triggers off while the function runs, and returns what it returns", function()
  local results = table.pack(trigger.disabled(db, { "lat" }, function(tx)
    same("notify_search=disabled propagate_lat_stats=disabled", states(tx))
    return insert(tx, "T:1"), nil, "last"
  end))
  same({ 1, nil, "last", n = 3 }, results)
  same(AS_THEY_ARE, states(db))
  same(0, count())
end)

it("puts them back when the function raises, with everything it did", function()
  raises("boom", function()
    trigger.disabled(db, "lat", function(tx)
      insert(tx, "T:2")
      error "boom"
    end)
  end)
  same(AS_THEY_ARE, states(db))
  same(0, db:value "SELECT count(*) FROM lat WHERE section_id = 'T:2'")
end)

it("is a savepoint inside a transaction", function()
  db:transaction(function(tx)
    insert(tx, "T:3")
    pcall(trigger.disabled, tx, "lat", function(inner)
      insert(inner, "T:4")
      error "no"
    end)
    trigger.disabled(tx, "lat", { triggers = { "propagate_lat_stats" } }, function(inner) insert(inner, "T:5") end)
    same(AS_THEY_ARE, states(tx))
  end)
  same("T:1 T:3 T:5", db:value "SELECT string_agg(section_id, ' ' ORDER BY section_id) FROM lat")
  same(2, count())
end)

it("bypasses foreign keys with `all`, and checks them before the commit", function()
  local nobody = "'00000000-0000-0000-0000-00000000dead'"
  raises("rows of `lat` have no parent in `uk_lrt`", function()
    trigger.disabled(db, "lat", { triggers = "all" }, function(tx)
      same("internal=disabled internal=disabled notify_search=disabled propagate_lat_stats=disabled", states(tx))
      insert(tx, "T:6", nobody)
    end)
  end)
  same(AS_THEY_ARE, states(db))
  raises("violates foreign key constraint", function()
    trigger.disabled(db, "lat", function(tx) insert(tx, "T:6", nobody) end)
  end)
end)

it("commits nothing after a statement whose error was caught", function()
  raises("a statement failed earlier in this transaction", function()
    trigger.disabled(db, "lat", function(tx) pcall(tx.query, tx, "SELECT nix") end)
  end)
  same(AS_THEY_ARE, states(db))
end)

it("names who holds the lock it waits for", function()
  local other = connect "prod"
  other:transaction(function(tx)
    tx:execute "LOCK lat IN ROW EXCLUSIVE MODE"
    raises("`lat` could not be locked within 0.2 s: `lat` is held by process " .. tx:info().pid, function()
      trigger.disabled(db, "lat", { lock_timeout = "200ms" }, function() end)
    end)
  end)
end)

it("says which handle to use inside", function()
  trigger.disabled(db, "lat", function()
    raises("use the argument `tx` of `trigger.disabled(..., function(tx) ... end)`, not the `Db`", function()
      db:value "SELECT 1"
    end)
  end)
end)

it("refuses what it cannot do", function()
  local function refuses(text, ...)
    local args = table.pack(...)
    raises(text, function() trigger.disabled(table.unpack(args, 1, args.n)) end)
  end
  local none = function() end
  refuses("no table `lot` on `prod`, did you mean `lat`", db, "lot", none)
  refuses("none of `lat` has a trigger `lat_stats` made by a user", db, "lat", { triggers = { "lat_stats" } }, none)
  refuses("mode `lease` is not supported yet", db, "lat", { mode = "lease" }, none)
  refuses("unknown option `triger`, did you mean `triggers`", db, "lat", { triger = "all" }, none)
  refuses("a list of table names expected, got function", db, none)
  db:snapshot(function(src) refuses("a snapshot only reads; switch triggers off on the Db", src, "lat", none) end)
end)

db:execute("DELETE FROM uk_lrt WHERE id = " .. LAW)
spec.finish()
