-- `copy.export`, `copy.import`, `copy.dump`: rows in files, and which options go together.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local dev, prod = connect "dev", connect("prod", { write = true })

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

it("exports a table and a query, and tells what it wrote", function()
  local report = copy.export { from = dev, sql = "SELECT $1 AS a, $2::int[] AS b", params = { "x", { 1, 2 } }, to = "q.jsonl" }
  same('{"a":"x","b":[1,2]}\n', read "q.jsonl")
  same({ 1, "query", 1, 20 }, { report.rows, report.files[1].table, report.files[1].rows, report.files[1].bytes })
  same("q.jsonl", report.files[1].file:match "[^/]+$")
  copy.export {
    from = dev, table = "uk_lrt", columns = { "name" }, where = { "year >= $1 AND name > $2", 0, "" }, order_by = "name",
    limit = 1, header = false, to = "one.csv",
  }
  same(dev:value "SELECT min(name) FROM uk_lrt" .. "\n", read "one.csv")
end)

it("brings tables back out of a folder", function()
  local report = copy.export { from = dev, tables = { "scrape_*" }, to = "scraped/", format = "tsv", compress = "gzip" }
  same(2, #report.files)
  prod:transaction(function(tx)
    tx:execute "TRUNCATE scrape_sessions, scrape_session_records"
    for _, name in ipairs { "scrape_sessions", "scrape_session_records" } do
      local rows = copy.import { from = "scraped/" .. name .. ".tsv.gz", to = tx, table = name }.rows
      same(dev:value(query.format("SELECT count(*) FROM %I", name)), rows)
    end
  end)
end)

it("dumps in a snapshot", function()
  dev:snapshot(function(src)
    local report = copy.dump { from = src, to = "lat.dump", tables = "lat", data_only = true, lock_timeout = "5s" }
    same("lat.dump", report.file:match "[^/]+$")
    same("integer", math.type(report.bytes))
  end)
  raises("exists already", function() copy.dump { from = dev, to = "lat.dump" } end)
end)

it("refuses options that do not go together", function()
  local function refuses(text, call, options)
    options.from, options.to = options.from or dev, options.to or "x.csv"
    raises("`copy." .. call .. "`: " .. text, function() copy[call](options) end)
  end
  refuses("one of the options `table`, `tables` and `sql` is missing", "export", {})
  refuses("options `table` and `tables` exclude each other", "export", { table = "lat", tables = "lat" })
  refuses("option `where` goes without `sql`", "export", { sql = "SELECT 1", where = "true" })
  refuses("option `quote` goes with `csv` only", "export", { table = "lat", to = "x.tsv", quote = "'" })
  refuses("option `header` goes with `csv` and `tsv` only", "export", { table = "lat", to = "x.jsonl", header = true })
  refuses("option `delimiter` must be one ASCII character", "export", { table = "lat", delimiter = "ab" })
  refuses("option `format` must be one of `csv`, `tsv`, `jsonl`, `binary`, got `xls`", "export", { table = "lat", format = "xls" })
  refuses("unknown option `headr`, did you mean `header`", "export", { table = "lat", headr = true })
  refuses("cannot tell from the name `x.csv` what dump it is to be", "dump", {})
  refuses("only the format `directory` is written by several jobs", "dump", { to = "x.dump", jobs = 2 })
  refuses("only plain dumps are packed", "dump", { to = "x.dump", compress = "gzip" })
  refuses("option `section` has `pre-data`, `data` and `post-data`, got `date`", "dump", { to = "x.dump", section = "date" })
  refuses("options `schema_only` and `data_only` exclude each other", "dump", { to = "x.dump", schema_only = true, data_only = true })
  refuses("option `table` is missing", "import", { from = "x.csv", to = prod })
  refuses("option `mode` must be one of `append`, `replace`, got `upsert`", "import", { from = "x.csv", to = prod, table = "lat", mode = "upsert" })
end)

spec.finish()
