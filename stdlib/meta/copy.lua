---@meta

---Rows from server to server, and out of dumps.
copy = {}

---@class copy.OrderOptions
---@field to Db whose foreign keys count
---@field tables? string|string[] names, patterns (`"lat*"`, `"audit.*"`) and groups (`"group:law"`); all of the search path if absent
---@field exclude? string|string[] the same for what is left out, beside `[copy] exclude` of `runner.toml`

---The selected tables, parents before children.
---@param options copy.OrderOptions
---@return string[] tables
function copy.order(options) end

---@class copy.TablesOptions
---@field from Db|watermark.Changed where the rows come from; a plain Db is read in one snapshot for all tables
---@field to Db a `tx` takes part in its transaction; on a plain Db each unit of tables tied by foreign keys commits by itself
---@field tables? string|string[] names, patterns and groups at the source; all of its search path if absent
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field mode? "append"|"replace"|"upsert" `"append"` if absent
---@field where? string|table<string, string|any[]> only the rows that this SQL condition holds for: of the one table, or by table name or pattern; `{ "id > $1", 5 }` with parameters
---@field columns? table<string, string[]|{except: string[]}> only these columns, by table; in an upsert the others stay as they are
---@field rename? table<string, string|table> what a table is called on the target, or `{ column = "new name" }`, or both: `{ "table", column = "new name" }`
---@field order_by? string|table<string, string> in which order rows are read: what stands behind `ORDER BY`, for all tables or by table
---@field on_missing? "error"|"skip" what is done about a table or column that the target has not; `"error"` if absent
---@field verify? "count"|boolean whether the rows are counted on both sides before the commit; `"count"` if absent
---@field sequences? boolean whether sequences move forward: those the tables use, with `"*.*"` all; true if absent
---@field refresh? boolean whether materialized views over the tables are refreshed once the rows are there; true if absent
---@field jobs? integer one worker copies whatever it says, yet

---@class copy.Report
---@field tables copy.TableReport[]
---@field rows integer that crossed, of all tables

---@class copy.TableReport
---@field table string
---@field inserted integer
---@field updated integer
---@field deleted integer
---@field equal integer rows that were there already and were left alone
---@field rows integer that crossed
---@field bytes integer
---@field seconds number

---Copies rows. `"append"` adds them, and a key that is taken is an error; `"replace"` empties the tables first, in the same commit;
---`"upsert"` changes rows with the same key where they differ, and leaves equal ones alone. Columns are matched by name, generated ones
---left out, and differences refused before anything is changed. Under `--dry-run` the report says what would happen, with real counts.
---@param options copy.TablesOptions
---@return copy.Report report
function copy.tables(options) end

---@class copy.RestoreOptions
---@field from string the path of a dump in the custom, tar or directory format
---@field to Db
---@field tables? string|string[] names, patterns and groups on the target; all that the dump has rows of if absent
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field verify? "count"|boolean

---Restores the rows and sequences of a dump, and nothing else of it: no setting, no definition. The tables keep the rows they have.
---@param options copy.RestoreOptions
---@return copy.Report report
function copy.restore(options) end
