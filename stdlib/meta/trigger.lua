---@meta

---Triggers switched off for a while, and their states.
trigger = {}

---@class (exact) trigger.Options
---@field triggers? "user"|"all"|string[] `"user"` if absent; `"all"` bypasses foreign keys and checks them at the end
---@field lock_timeout? number|string how long to wait for the lock on the tables, 5 seconds if absent; who holds it is named then
---@field mode? "transaction"|"lease" only `"transaction"` yet

---Runs `fn(tx)` in a transaction in which triggers of the tables are off, and returns what it returns. Every trigger is put back into
---the exact state it had before the transaction commits; a rollback does the same. On a `tx` it is a savepoint.
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
---@param db Db
---@param tables string|string[] names, patterns and groups
---@return trigger.State[] states
function trigger.state(db, tables) end
