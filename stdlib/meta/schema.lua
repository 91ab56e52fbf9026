---@meta

---Definitions, read from the catalogues: what users made, without what extensions brought, owners, privileges and comments.
schema = {}

---@class schema.Column
---@field name string
---@field type string as `format_type` prints it: `"numeric(10,2)"`
---@field nullable boolean
---@field default? string
---@field identity? "always"|"by default"
---@field generated? string the expression
---@field collation? string where it is not that of the type
---@field storage? string where it is not that of the type
---@field inherited? boolean of a partition or a child: its parent's

---@class schema.Constraint
---@field name string
---@field type "primary key"|"unique"|"foreign key"|"exclusion"|"check"
---@field definition string
---@field validated boolean
---@field deferrable? boolean
---@field deferred? boolean
---@field triggers? string the state of those that check a foreign key, where it is not the ordinary one

---@class schema.Trigger
---@field name string
---@field definition string
---@field enabled "origin"|"always"|"replica"|"disabled"

---@class schema.Table
---@field name string with its schema, as any primitive takes it
---@field kind "table"|"partitioned table"|"foreign table"
---@field partition_key? string
---@field partition_of? string
---@field partition_bound? string
---@field inherits? string
---@field row_security? "enabled"|"forced"
---@field columns schema.Column[]
---@field constraints schema.Constraint[]
---@field indexes table[] those that no constraint made: `name`, `definition`
---@field triggers schema.Trigger[]
---@field policies table[] `name`, `command`, `permissive`, `roles`, `using`, `check`
---@field rules table[] `name`, `definition`, `enabled`

---@class schema.Schema
---@field schemas table[]
---@field extensions table[] `name`, `version`, `schema`
---@field types table[] `name`, `kind`, and `labels` of an enum, `attributes` of a composite, `base`, `nullable`, `checks` of a domain
---@field sequences table[] `name`, `type`, `start`, `increment`, `min`, `max`, `cache`, `cycle`, `owned_by`
---@field tables schema.Table[]
---@field views table[] `name`, `definition`
---@field materialized_views table[] `name`, `definition`, `populated`, `indexes`
---@field functions table[] `name` with its arguments, `kind` (`"function"`, `"procedure"`, `"aggregate"`), `language`, `definition`
---@field event_triggers table[]
---@field publications table[]
---@field statistics table[]

---All of a database at one moment.
---
---# Errors
---- the server refuses it
---
---# Example
---```lua
---for _, it in ipairs(schema.read(dev).tables) do print(it.name, #it.columns) end
---```
---@param db Db
---@return schema.Schema schema
function schema.read(db) end

---@class (exact) schema.DiffOptions
---@field from Db
---@field to Db
---@field tables? string|string[] these tables and views with their parts alone (default all of the database)
---@field exclude? string|string[] tables that are left out, beside `[copy] exclude` of `runner.toml`

---@class schema.Difference
---@field kind string `"table"`, `"column"`, `"constraint"`, `"index"`, `"trigger"`, `"function"`, ...
---@field name string
---@field difference "missing"|"extra"|"different" missing: only `from` has it
---@field from? string what it is there; where both have it, what differs
---@field to? string

---Where two databases are not defined alike. The parts of a table that one side lacks are not told one by one.
---
---# Errors
---- the server refuses it; a selection that ends empty, a name or a group that is unknown; a difference is no error
---
---# Example
---```lua
---for _, it in ipairs(schema.diff { from = dev, to = prod, tables = { "uk_lrt" } }) do
---  print(it.kind, it.name, it.difference)
---end
---```
---@param options schema.DiffOptions
---@return schema.Difference[] differences
function schema.diff(options) end
