---@meta

---Rows from server to server, and out of dumps.
copy = {}

---@class (exact) copy.OrderOptions
---@field to Db whose foreign keys count
---@field tables? string|string[] names, patterns (`"lat*"`, `"audit.*"`) and groups (`"group:law"`) (default all of the search path)
---@field exclude? string|string[] the same for what is left out, beside `[copy] exclude` of `runner.toml`

---The selected tables, parents before children.
---
---# Errors
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---for _, name in ipairs(copy.order { to = prod, tables = { "lat", "uk_lrt" } }) do
---  print(name) -- public.uk_lrt, then public.lat
---end
---```
---@param options copy.OrderOptions
---@return string[] tables
function copy.order(options) end

---@class (exact) copy.NamedMask
---@field mask "email"|"name"|"phone"|"null"|"hash"|"keep-format" the same value has the same mask under one seed, in every table; unique values have unique masks, and NULL stays NULL

---@class (exact) copy.TablesOptions
---@field from Db|watermark.Changed where the rows come from; a plain Db is read in one snapshot for all tables
---@field to Db a `tx` takes part in its transaction; on a plain Db each unit of tables tied by foreign keys commits by itself
---@field tables? string|string[] names, patterns and groups at the source (default all of its search path)
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field mode? "append"|"replace"|"insert"|"upsert"|"mirror" what becomes of rows that the target has, see above (default `"append"`)
---@field where? string|table<string, string|any[]> only the rows that this SQL condition holds for: of the one table, or by table name or pattern; `{ "id > $1", 5 }` with parameters
---@field columns? table<string, string[]|{except: string[]}> only these columns, by table; in an upsert the others stay as they are
---@field rename? table<string, string|table> what a table is called on the target, or `{ column = "new name" }`, or both: `{ "table", column = "new name" }`
---@field order_by? string|table<string, string> in which order rows are read: what stands behind `ORDER BY`, for all tables or by table
---@field mask? table<string, table<string, string|copy.NamedMask|(fun(row: table): any)|false>> what becomes of values, by table and column: SQL evaluated at the source, a named mask, a function of the row, or `false` for a sensitive column that may cross as it is
---@field mask_seed? string what named masks depend on, instead of `[copy] mask_seed` of `runner.toml`
---@field on_missing? "error"|"skip" what is done about a table or column that the target has not (default `"error"`)
---@field triggers? "user"|string[]|false which triggers of the target do not fire for the rows: those that users made, these, or none; a table with one that the role may not switch off is refused (default `"user"`)
---@field foreign_keys? "auto"|"replica"|"order"|"defer"|"drop" how foreign keys are kept; `"auto"` takes the first of the others that is possible, in this order (default `"auto"`)
---@field verify? "count"|"content"|boolean whether rows are counted on both sides before the commit, or compared (default `"count"`)
---@field limit? integer|table<string, integer> so many rows of each table, or by table: the first by `order_by`, else by key, and all that they refer to, even above the limit
---@field sequences? boolean whether sequences move forward: those the tables use, with `"*.*"` all (default `true`)
---@field refresh? boolean whether materialized views over the tables are refreshed once the rows are there (default `true`)
---@field jobs? integer workers at most, each with sessions of its own on both sides (default chosen by what there is to do and by the processors)
---@field atomic? boolean|"staged" false: each unit commits by itself; true: all tables in one commit; `"staged"`: the same by way of staging tables that all workers fill (default `false`)
---@field on_error? "stop"|"continue" what becomes of the other units when one has failed (default `"stop"`)
---@field resume? boolean keep a record of committed units in `runner.copied` on the target, and leave out those that an interrupted run of the same copy has committed
---@field batch? integer about so many rows in a commit, of tables that no key ties to others, not in mode `"replace"`; after a failure the commits before it stay
---@field freeze? boolean write the rows as frozen, in mode `"replace"` and where the table is not partitioned

---@class (exact) copy.PlanOptions: copy.TablesOptions
---@field roots? table<string, string|any[]> the rows that a subset begins with, as in `copy.subset`
---@field children? boolean|string|string[] as in `copy.subset`, beside `roots`

---@class copy.Plan
---@field tables copy.PlannedTable[] in the order in which they would be filled
---@field units { tables: string[], strategy: string, reason: string }[] tables that are filled in one commit
---@field excluded string[]
---@field refused { table: string?, reason: string }[] what `copy.tables` would refuse
---@field views string[] materialized views that would be refreshed, in order
---@field rows integer of all tables
---@field bytes integer

---@class copy.PlannedTable
---@field table string
---@field target string its name on the target; empty where there is none
---@field mode string
---@field rows? integer an estimate of the catalogue, under `where` of the planner, unless `counted`; nil where the table was never analyzed
---@field counted boolean whether the rows were chosen one by one, for `roots` or `limit`, so that `rows` is exact
---@field bytes integer on disk, without indexes; under `where` as the planner expects them
---@field unit? integer its place in `units`; nil where nothing would be copied
---@field strategy string how the foreign keys are kept
---@field reason string why so
---@field format "binary"|"text" how its rows would cross
---@field keys_in { key: string, table: string }[] foreign keys that refer to it, by the table they are on
---@field keys_out { key: string, table: string }[] its own foreign keys, by the table they refer to
---@field triggers { name: string, state: string, fires: boolean, switched_off: boolean }[] those that users made
---@field differences string[] where the columns of both sides differ
---@field may_not string[] what the roles would need and may not

---Prints and returns what `copy.tables`, or with `roots` `copy.subset`, would do with the same options, before anything is touched.
---What it would refuse is in `refused`; only options that are wrong raise. The rows of a subset are counted, the others estimated:
---`--dry-run` counts them.
---
---# Errors
---- options that are wrong, and a selection that ends empty; what a copy would refuse is in `refused`
---
---# Example
---```lua
---local plan = copy.plan { from = dev, to = prod, tables = { "uk_lrt", "lat" }, mode = "upsert" }
---assert(#plan.refused == 0)
---```
---@param options copy.PlanOptions
---@return copy.Plan plan
function copy.plan(options) end

---@class copy.Report
---@field tables copy.TableReport[]
---@field rows integer that crossed, of all tables

---@class copy.TableReport
---@field table string
---@field inserted integer
---@field updated integer
---@field deleted integer by `"mirror"`; by `"replace"` in a dry run only
---@field equal integer rows that were there already as the source has them
---@field skipped integer rows that `"insert"` left out for others with their key or another unique value
---@field rows integer that crossed
---@field bytes integer
---@field seconds number

---Copies rows. `"append"` adds them, and a key that is taken is an error; `"replace"` empties the tables first, in the same commit;
---`"insert"` adds rows whose key is not there, and leaves out those whose other unique values are taken; `"upsert"` also changes rows
---with the same key where they differ, and leaves equal ones alone; `"mirror"` also deletes what the source has no longer, and reads
---only the parts of a table whose hashes differ. These three tell rows by the primary key, or by a unique index over columns that are
---NOT NULL. With a condition, `"mirror"` makes the rows that fulfil it the same on both sides. Columns are matched by name, generated ones
---left out, and differences refused before anything is changed. Under `--dry-run` the report says what would happen, with real counts.
---
---# Errors
---- before the first write: both sides are one database; columns, keys, rights or foreign keys do not allow it; a selection that ends empty, a name or a group that is unknown
---- a row is refused by the server: its unit is as it was, and others are committed unless `atomic`
---- the counts or the contents of both sides differ: nothing of the unit is committed
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---copy.tables {
---  from = dev, to = prod,
---  tables = { "uk_lrt", "lat" },
---  mode = "upsert",
---}
---```
---@param options copy.TablesOptions
---@return copy.Report report
function copy.tables(options) end

---@class (exact) copy.SubsetOptions: copy.TablesOptions
---@field roots table<string, string|any[]> the rows to begin with, by table: SQL conditions, with parameters as in `where`; `limit` is about these
---@field children? boolean|string|string[] whether rows that refer to the roots come along, and what refers to those: of all tables, or of these (default `false`)
---@field tables? nil they follow from the roots and the foreign keys; `exclude` leaves some out, whose rows the target has to have

---Copies some rows with all that they refer to, by the foreign keys of both sides, so that none is without a parent. The rest is as in
---`copy.tables`; rows that `where` leaves out do not come along.
---
---# Errors
---- rows that are referred to cannot come along, as `exclude` or `where` leaves them out, and are not there
---- as `copy.tables`
---
---# Example
---```lua
---copy.subset {
---  from = dev, to = prod, mode = "upsert",
---  roots = { uk_lrt = { "year = $1", 2001 } },
---  children = { "lat" },
---}
---```
---@param options copy.SubsetOptions
---@return copy.Report report
function copy.subset(options) end

---@class (exact) copy.RestoreOptions
---@field from string the path of a dump in the custom, tar, directory or plain format; a plain one may be packed (`.gz`, `.zst`)
---@field to Db
---@field tables? string|string[] names, patterns and groups on the target (default all that the dump has rows of)
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field mode? "append"|"replace" `"replace"` empties the tables of the dump first, in the same commit (default `"append"`)
---@field triggers? "user"|string[]|false which triggers of the target do not fire for the rows, as for `copy.tables` (default `"user"`)
---@field foreign_keys? "auto"|"replica"|"order"|"defer"|"drop" how foreign keys are kept, as for `copy.tables` (default `"auto"`)
---@field verify? "count"|boolean

---Restores the rows and sequences of a dump, and nothing else of it: no setting, no definition. Large objects are left
---out with a warning.
---
---# Errors
---- the file is no dump, is cut short, or is newer than every `pg_restore` found
---- the dump has no rows of a table asked for
---- as `copy.tables`
---
---# Example
---```lua
---local tables = { "cascade_affected_laws" }
---copy.dump { from = dev, to = "cascades.dump", tables = tables, overwrite = true }
---copy.restore { from = "cascades.dump", to = prod, tables = tables, mode = "replace" }
---```
---@param options copy.RestoreOptions
---@return copy.Report report
function copy.restore(options) end

---@class (exact) copy.ExportOptions
---@field from Db read in one snapshot; a `db:snapshot` or `tx` takes part in its own
---@field to string a file, `"-"` for stdout, or a folder (it ends with `/`, or is there) that gets a file for each table
---@field table? string one table
---@field tables? string|string[] names, patterns and groups
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field sql? string|userdata a query in place of tables
---@field params? any[] the values of its `$1`, `$2`
---@field format? "csv"|"tsv"|"jsonl"|"binary" how rows are written (default as the suffix of `to` says; `"csv"` in a folder)
---@field compress? "gzip"|"zstd"|"none" how files are packed (default as the suffix of `to` says: `.gz`, `.zst`)
---@field columns? string[] these in this order (default all but those that the server computes)
---@field where? string|any[] a condition, or a list of one and the values of its `$1`, `$2`
---@field order_by? string
---@field limit? integer
---@field header? boolean whether the first line of csv or tsv names the columns (default `true`)
---@field delimiter? string
---@field null? string what stands for NULL (default nothing in csv, `\N` in tsv)
---@field quote? string csv only
---@field escape? string csv only
---@field overwrite? boolean replace what is there; else it is an error

---@class copy.ExportReport
---@field rows integer
---@field files { table: string, file: string, rows: integer, bytes: integer, seconds: number }[]

---Writes rows into files, or to stdout. A file is there whole under its name, or not at all. Times are in UTC; in JSON lines numbers keep
---every digit, and what JSON has no form for is the text that PostgreSQL prints.
---
---# Errors
---- the file exists and `overwrite` is not given, or it cannot be written
---- the format is not to be told from the name
---- several tables for one file
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---copy.export {
---  from = dev, to = "laws.csv",
---  sql = "SELECT name, year FROM uk_lrt WHERE year > $1", params = { 2000 },
---}
---```
---@param options copy.ExportOptions
---@return copy.ExportReport report
function copy.export(options) end

---@class (exact) copy.ImportOptions
---@field from string a file, or `"-"` for stdin
---@field to Db a `tx` takes part in its transaction; a plain Db commits all rows, or none
---@field table string
---@field format? "csv"|"tsv"|"jsonl"|"binary" how rows are written (default as the suffix of `from` says)
---@field compress? "gzip"|"zstd"|"none" how the file is packed (default as the suffix of `from` says: `.gz`, `.zst`)
---@field columns? string[] the columns of the file in their order; of JSON lines those that are taken (default as the file names them)
---@field mode? "append"|"replace" `"replace"` empties the table first, in the same commit (default `"append"`)
---@field sequences? boolean whether sequences are moved past the numbers that came (default `true`)
---@field header? boolean whether the first line of csv or tsv names the columns (default `true`)
---@field delimiter? string
---@field null? string
---@field quote? string csv only
---@field escape? string csv only

---Reads rows out of a file into a table: all of them, or none. What is wrong is told with file and line.
---
---# Errors
---- a row is refused: the error names file, line and column, and no row is kept
---- the file has no header, or columns that the table has not
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---copy.export { from = dev, to = "cascades.jsonl", table = "cascade_affected_laws" }
---copy.import { from = "cascades.jsonl", to = prod, table = "cascade_affected_laws", mode = "replace" }
---```
---@param options copy.ImportOptions
---@return copy.Report report
function copy.import(options) end

---@class (exact) copy.DumpOptions
---@field from Db a `db:snapshot` is dumped as it sees the database
---@field to string a file, a folder (it ends with `/`), or `"-"` for stdout
---@field format? "custom"|"directory"|"tar"|"plain" (default as the name says: `.dump`, `/`, `.tar`, `.sql`, `.sql.gz`, `.sql.zst`)
---@field tables? string|string[] names, patterns and groups, with their partitions and sequences (default everything)
---@field exclude? string|string[] what is left out, beside `[copy] exclude` of `runner.toml`
---@field section? string|string[] `"pre-data"`, `"data"`, `"post-data"`
---@field schema_only? boolean
---@field data_only? boolean
---@field owner? boolean false leaves out who owns things
---@field privileges? boolean false leaves out who may use them
---@field jobs? integer sessions that read at a time, for the format `"directory"`
---@field lock_timeout? number|string how long to wait for the locks on the tables
---@field compress? "gzip"|"zstd"|"none" of plain dumps
---@field overwrite? boolean replace what is there; else it is an error

---@class copy.DumpReport
---@field file string
---@field bytes integer
---@field seconds number

---Has `pg_dump` make a dump: the one of the server's own version or a newer one, through whatever leads to the server, or the one in its
---container. The dump is there whole under its name, or not at all.
---
---# Errors
---- no `pg_dump` of the server's version or newer is found here or in its container
---- `pg_dump` fails: its first error
---- the file exists and `overwrite` is not given
---- a selection that ends empty, a name or a group that is unknown
---
---# Example
---```lua
---local dumped = copy.dump { from = dev, to = "law.dump", tables = { "uk_lrt", "lat" }, jobs = 1 }
---print(dumped.file, dumped.bytes)
---```
---@param options copy.DumpOptions
---@return copy.DumpReport report
function copy.dump(options) end

---@class (exact) copy.SchemaOptions
---@field from Db best a snapshot
---@field to Db a `tx` takes part in its transaction; else all of it is one
---@field section? "pre-data"|"post-data" what rows need, or what is made behind them (keys, indexes, triggers) (default both)
---@field clean? boolean drops first what is there by the same name
---@field rows? boolean brings the rows, too, between the two sections
---@field verify? "count"|"content"|boolean how the rows are compared before the commit (default `"count"`)
---@field tables? string|string[] these tables and views with their parts alone (default all of the database)
---@field exclude? string|string[] tables that are left out, beside `[copy] exclude` of `runner.toml`
---@field lock_timeout? number|string how long to wait for a table in use (default `"5s"`)

---@class copy.SchemaReport: copy.Report
---@field dropped string[] what was dropped to be made again
---@field statements integer

---Brings definitions to another database, as pg_dump writes them, in one transaction: a failure leaves all as it was. What only `to` has
---stays; where it depends on something to be dropped, all of it is refused, with a list. Owners and grants on `to` stay its own; event
---triggers, publications and subscriptions are left alone.
---
---# Errors
---- something that only `to` has depends on what would be dropped: all of it is listed
---- a statement fails, or rows break a key: all is as it was
---- no `pg_dump` of the server's version or newer is found
---- the target is protected and its phrase is not given
---
---# Example
---```lua
---copy.schema { from = dev, to = prod, tables = { "cascade_affected_laws" }, clean = true, rows = true }
---```
---@param options copy.SchemaOptions
---@return copy.SchemaReport report
function copy.schema(options) end
