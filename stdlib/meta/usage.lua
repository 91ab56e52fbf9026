---@meta

---Ends the run because the playbook was called wrongly: exit code 2.
---@param message string
function usage(message) end
