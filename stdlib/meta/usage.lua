---@meta

---Ends the run because the playbook was called wrongly: exit code 2.
---
---# Errors
---- always: the run ends with exit code 2
---
---# Example
---```lua
---local args = playbook { params = { year = { type = "integer", default = 2001 } } }
---if args.year < 1900 then usage "--year is 1900 or later" end
---```
---@param message string
function usage(message) end
