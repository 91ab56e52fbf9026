-- Values out of a server: what each type is in Lua.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local dev = connect "dev"

--- Checks expressions against what they are in Lua.
local function are(expected)
  for expression, value in pairs(expected) do
    local got = dev:value("SELECT " .. expression)
    local ok, problem = pcall(same, value, got)
    if not ok then error(expression .. ": " .. tostring(problem), 2) end
  end
end

it("gives integers as integers and floats as floats", function()
  are {
    ["7::int2"] = 7,
    ["-7::int4"] = -7,
    ["9223372036854775807"] = math.maxinteger,
    ["'-9223372036854775808'::int8"] = math.mininteger,
    ["4294967295::oid"] = 4294967295,
    ["0.1::float4"] = 0.1,
    ["2::float8"] = 2.0,
    ["'1e308'::float8"] = 1e308,
    ["'infinity'::float8"] = math.huge,
    ["'-infinity'::float4"] = -math.huge,
  }
  local nan = dev:value "SELECT 'nan'::float8"
  same(true, nan ~= nan)
end)

it("gives numeric as the text that loses nothing", function()
  are {
    ["12.50::numeric"] = "12.50",
    ["123456789012345678901234567890.12345678900"] = "123456789012345678901234567890.12345678900",
    ["1e20::numeric"] = "100000000000000000000",
    ["-0.00001"] = "-0.00001",
    ["0.000"] = "0.000",
    ["10000::numeric(20, 4)"] = "10000.0000",
    ["'nan'::numeric"] = "NaN",
    ["'-infinity'::numeric"] = "-Infinity",
  }
end)

it("gives text, names, uuids and enumerations as strings", function()
  are {
    ["'ünï'::text"] = "ünï",
    ["''::varchar(9)"] = "",
    ["'x'::char(3)"] = "x  ",
    ["'x'::name"] = "x",
    ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid"] = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  }
  dev:transaction(function(tx)
    tx:execute "CREATE TYPE mood AS ENUM ('glad', 'sad')"
    tx:execute "CREATE DOMAIN small AS integer CHECK (value < 10)"
    same("sad", tx:value "SELECT 'sad'::mood")
    same({ "sad", null, "glad" }, tx:value "SELECT '{sad,NULL,glad}'::mood[]")
    same(3, tx:value "SELECT 3::small")
  end)
end)

it("gives bytea as the bytes", function()
  are { ["'\\x00ff27'::bytea"] = "\0\255'", ["''::bytea"] = "" }
end)

it("gives date and time as ISO 8601, with their infinities", function()
  are {
    ["date '2026-01-31'"] = "2026-01-31",
    ["date '-infinity'"] = "-infinity",
    ["date '0044-03-15 BC'"] = "0044-03-15 BC",
    ["time '24:00'"] = "24:00:00",
    ["time '12:00:01.5'"] = "12:00:01.5",
    ["timetz '12:00+02'"] = "12:00:00+02",
    ["timestamp '2026-01-31 12:00:00.123456'"] = "2026-01-31T12:00:00.123456",
    ["timestamp 'infinity'"] = "infinity",
    ["timestamptz '2026-01-31 12:00:00.1+02'"] = "2026-01-31T10:00:00.1+00:00",
    ["timestamptz '-infinity'"] = "-infinity",
  }
end)

it("gives json as tables that stay what they were", function()
  for _, text in ipairs { "[]", "{}", "[1, null, {}]", '{"a": [], "b": {"c": null}}', '"text"', "1.5", "true", "null" } do
    local back = dev:value("SELECT $1::jsonb::text", dev:value("SELECT '" .. text .. "'::jsonb"))
    -- JSON null is `null`, and `null` as a parameter is SQL NULL.
    same(text ~= "null" and text or nil, back)
  end
  same(null, dev:value "SELECT 'null'::json")
  same(nil, dev:value "SELECT NULL::json")
  same("12345678901234567890", dev:value "SELECT '12345678901234567890'::jsonb")
  same({ a = { 1, null } }, dev:value [[SELECT '{"a": [1, null]}'::json]])
end)

it("gives arrays as lists, NULL in them as null", function()
  are {
    ["'{1,NULL,3}'::int[]"] = { 1, null, 3 },
    ["'{}'::text[]"] = {},
    ["'{{1,2},{3,4}}'::int[]"] = { { 1, 2 }, { 3, 4 } },
    ["ARRAY['{}'::jsonb, NULL]"] = { {}, null },
    ["ARRAY['\\x00'::bytea]"] = { "\0" },
    ["ARRAY[1.50, 2]"] = { "1.50", "2" },
    ["'{\"[1,3)\",NULL}'::int4range[]"] = { "[1,3)", null },
    ["'1 2'::oidvector"] = { 1, 2 },
  }
end)

it("gives every other type as the text PostgreSQL prints", function()
  are {
    ["interval '1 year 2 days 3.5 s'"] = "1 year 2 days 00:00:03.5",
    ["int4range(1, 3)"] = "[1,3)",
    ["'{[1,3),[5,7)}'::int4multirange"] = "{[1,3),[5,7)}",
    ["point(1, 2)"] = "(1,2)",
    ["inet '10.0.0.1/8'"] = "10.0.0.1/8",
    ["macaddr '08:00:2b:01:02:03'"] = "08:00:2b:01:02:03",
    ["'101'::bit(3)"] = "101",
    ["tsvector 'b a'"] = "'a' 'b'",
    ["money '12.50'"] = "$12.50",
    ["jsonpath '$.a'"] = '$."a"',
    ["'0/16B3740'::pg_lsn"] = "0/16B3740",
    ["'42'::xid8"] = "42",
    ["'(0,1)'::tid"] = "(0,1)",
    ["'pg_class'::regclass"] = "pg_class",
    ["'x'::\"char\""] = "x",
    ["row(1, 'a', NULL)"] = "(1,a,)",
    ["'postgres=r/postgres'::aclitem"] = "postgres=r/postgres",
    ["'{postgres=r/postgres,NULL}'::aclitem[]"] = { "postgres=r/postgres", null },
    ["array_agg(interval '1 day')"] = { "1 day" },
  }
end)

it("gives such types from every kind of statement", function()
  dev:transaction(function(tx)
    tx:execute "CREATE TEMP TABLE t (id serial, i interval, a aclitem) ON COMMIT DROP"
    local insert = "INSERT INTO t (i) VALUES ($1) RETURNING id, i, a"
    same({ id = 1, i = "1 day" }, tx:one(insert, "1 day"))
    same("2 days", tx:value "UPDATE t SET i = i * 2 RETURNING i")
    same("2 days", tx:value "TABLE t" and tx:value "SELECT i FROM t FOR UPDATE")
    same("(1,\"2 days\",)", tx:value "SELECT t FROM t")
    same("00:00:01", tx:value "VALUES (interval '1 s')")
    same("00:00:01", tx:value "(SELECT interval '1 s')")
    same("00:00:01", tx:value "SELECT interval '1 s'; -- and a comment")
    same("00:00:01", tx:value "/* a comment; */ SELECT interval '1 s' -- and another")
    same("00:00:01", tx:value "WITH q AS (SELECT interval '1 s' AS i) SELECT i FROM q")
    same("2 days", tx:value "DELETE FROM t RETURNING i")
  end)
end)

it("gives such types from statements that write in a WITH", function()
  dev:transaction(function(tx)
    tx:execute "CREATE TEMP TABLE t (i interval) ON COMMIT DROP"
    same("1 day", tx:value "WITH n AS (INSERT INTO t VALUES ('1 day') RETURNING i) SELECT i FROM n")
    same("2 days", tx:value "WITH n AS (SELECT interval '2 days' AS i) INSERT INTO t SELECT i FROM n RETURNING i")
    same({ "1 day", "2 days" }, tx:value [[
      WITH RECURSIVE "gone (" AS MATERIALIZED (DELETE FROM t RETURNING i), -- SELECT (
        b (n) AS (SELECT ')')
      SELECT array_agg(i ORDER BY i) FROM "gone (", b]])
    same(0, tx:value "SELECT count(*) FROM t")
  end)
end)

it("says what cannot be read instead of showing bytes, and the transaction goes on", function()
  dev:transaction(function(tx)
    tx:execute "DECLARE c CURSOR FOR SELECT interval '1 s' AS i, 7 AS n"
    raises("column `i` of type `interval` cannot be read", function() tx:query "FETCH ALL FROM c" end)
    same(1, tx:value "SELECT 1")
    tx:execute "DECLARE d CURSOR FOR SELECT 7 AS n"
    same({ n = 7 }, tx:one "FETCH NEXT FROM d")
  end)
end)

it("keeps the order of the columns, and NULL is no entry", function()
  local row = dev:one "SELECT 1 AS z, NULL AS gone, 2 AS a, 3 AS m"
  local names = {}
  for name in pairs(row) do names[#names + 1] = name end
  same({ "z", "a", "m" }, names)
  same({}, dev:query "SELECT 1 WHERE false")
  same(nil, dev:value "SELECT 1 WHERE false")
  same(nil, dev:one "SELECT 1 WHERE false")
end)

it("loses no column that has the name of another", function()
  local row = dev:one "SELECT 1 AS id, 2 AS id, 3 AS id, 4 AS \"id (2)\", 5 AS x"
  same({ id = 1, ["id (2)"] = 2, ["id (3)"] = 3, ["id (2) (2)"] = 4, x = 5 }, row)
  same(1, dev:value "SELECT 1 AS id, 2 AS id")
end)

it("reads every type there is, and every catalogue", function()
  local types = dev:value [[
    SELECT array_agg(format_type(oid, NULL)) FROM pg_type WHERE typtype <> 'p' AND typname !~ '^_' AND typrelid = 0 AND typarray <> 0]]
  for _, type in ipairs(types) do
    same(nil, dev:value("SELECT NULL::" .. type))
    same({ null }, dev:value("SELECT ARRAY[NULL::" .. type .. "]"))
  end
  local relations = dev:value [[
    SELECT array_agg(oid::regclass::text) FROM pg_class
    WHERE relnamespace::regnamespace::text IN ('pg_catalog', 'information_schema') AND relkind IN ('r', 'v')]]
  for _, relation in ipairs(relations) do dev:query("SELECT * FROM " .. relation .. " LIMIT 20") end
end)

it("gives back what it got, for every type with a literal", function()
  for _, type in ipairs {
    "int2", "int8", "numeric", "float4", "float8", "text", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "inet", "cidr",
    "macaddr", "bit(3)", "varbit", "money", "point", "box", "path", "circle", "tsvector", "tsquery", "int4range", "tstzrange", "nummultirange",
    "jsonpath", "xml", "pg_lsn", "regtype", "aclitem", "oid", "xid8", "name", "bpchar", "\"char\"",
  } do
    local samples = {
      interval = "1 mon -2 days +03:04:05.6", uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", inet = "10.0.0.1/8", cidr = "10.0.0.0/8",
      macaddr = "08:00:2b:01:02:03", ["bit(3)"] = "101", varbit = "10", money = "$1,234.50", point = "(1,2)", box = "(3,4),(1,2)",
      path = "((1,2),(3,4))", circle = "<(1,2),3>", tsvector = "'a':1", tsquery = "'a' & !'b'", int4range = "[1,5)",
      tstzrange = '["2026-01-31 00:00:00+00",infinity)', nummultirange = "{[1.5,2),[3,)}", jsonpath = '$."a"', xml = "<a/>", pg_lsn = "0/16B3740",
      regtype = "integer", aclitem = "postgres=r/postgres", date = "2026-01-31", time = "12:00:00", timetz = "12:00:00+02",
      timestamp = "2026-01-31T12:00:00", timestamptz = "2026-01-31T12:00:00+00:00", text = "x", name = "x", bpchar = "x", ["\"char\""] = "x",
    }
    local sample = samples[type] or (type:find "float" and 7.0) or (type == "numeric" or type == "xid8") and "7" or 7
    same(sample, dev:value("SELECT $1::" .. type, sample))
    same({ sample, null }, dev:value("SELECT $1::" .. type .. "[]", { sample, null }))
  end
end)

spec.finish()
