---@meta

---Triggers switched off for a while, and their states.
trigger = {}

---@class (exact) trigger.Options
---@field triggers? "user"|"all"|string[] which of them: those that users made, all, or these names; `"all"` bypasses foreign keys and checks them at the end (default `"user"`)
---@field lock_timeout? number|string how long to wait for the lock on the tables; who holds it is named then (default `"5s"`)
---@field mode? "transaction"|"lease" only `"transaction"` yet

---Runs `fn(tx)` in a transaction in which triggers of the tables are off, and returns what it returns. Every trigger is put back into
---the exact state it had before the transaction commits; a rollback does the same. On a `tx` it is a savepoint.
---
---# Errors
---- the lock on the tables is not to be had within `lock_timeout`: the error names who holds it
---- no table has a trigger of a name given
---- with `"all"`: rows refer to rows that are not there
---- what `fn` raises, after everything was rolled back
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---trigger.disabled(prod, { "lat" }, { lock_timeout = "2s" }, function(tx)
---  tx:execute "UPDATE lat SET depth = depth + 1"
---end)
---```
---@param db Db
---@param tables string|string[] names, patterns and groups
---@param options trigger.Options
---@param fn fun(tx: Db): ...
---@return any ...
---@overload fun(db: Db, tables: string|string[], fn: fun(tx: Db): ...): ...
function trigger.disabled(db, tables, options, fn) end

---@class trigger.State
---@field table string
---@field name string
---@field enabled "origin"|"always"|"replica"|"disabled"
---@field internal boolean made by the server for a constraint

---The triggers of the tables and of their partitions, by table and name. What the server made for constraints is only listed where it
---is not in its ordinary state.
---
---# Errors
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---for _, it in ipairs(trigger.state(prod, { "lat" })) do print(it.table, it.name, it.enabled) end
---```
---@param db Db
---@param tables string|string[] names, patterns and groups
---@return trigger.State[] states
function trigger.state(db, tables) end
