-- Parameters: Lua values on their way into a statement, and SQL made of names.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local dev = connect "dev"

--- What comes back of a value that was sent as `type`.
local function echo(type, value)
  return dev:value("SELECT $1::" .. type, value)
end

it("sends each value as the parameter's type asks", function()
  same(7, echo("int4", 7))
  same(math.mininteger, echo("int8", math.mininteger))
  same(7, echo("int4", "7"))
  same("7", echo("text", 7))
  same("0.1", echo("numeric", 0.1))
  same("12345678901234567890.5", echo("numeric", "12345678901234567890.5"))
  same(3.0, echo("float8", 3))
  same(math.huge, echo("float8", math.huge))
  same(-math.huge, echo("float4", -math.huge))
  same("NaN", echo("numeric", 0 / 0))
  same(true, echo("boolean", true))
  same("true", echo("text", true))
  same("2026-01-31", echo("date", "2026-01-31"))
  same("2026-01-31T10:00:00+00:00", echo("timestamptz", "2026-01-31T12:00:00+02:00"))
  same("1 day", echo("interval", "1 day"))
  same("(1,2)", echo("point", "(1, 2)"))
  same("it's a \\ \"quote\" $1 ünï", echo("text", "it's a \\ \"quote\" $1 ünï"))
end)

it("sends what a whole float stands for, and refuses what is none", function()
  same(3, echo("int4", 3.0))
  raises("invalid input syntax for type integer", function() echo("int4", 1.5) end)
end)

it("sends nil and null as NULL", function()
  same(true, dev:value("SELECT $1::int IS NULL", nil))
  same(true, dev:value("SELECT $1::int IS NULL", null))
  same(true, dev:value("SELECT $1::text IS NULL AND $2::jsonb IS NULL AND $3 = 1", nil, null, 1))
end)

it("sends strings as bytea byte by byte", function()
  local all = {}
  for byte = 0, 255 do all[#all + 1] = string.char(byte) end
  local bytes = table.concat(all)
  same(bytes, echo("bytea", bytes))
  same("\\x00", echo("bytea", "\\x00"))
  same({ "\1", "\\x5c", null }, echo("bytea[]", { "\1", "\\x5c", null }))
end)

it("sends tables as arrays or as json", function()
  same({ 1, null, 3 }, echo("int[]", { 1, null, 3 }))
  same({}, echo("text[]", {}))
  same({ { 1, 2 }, { 3, 4 } }, echo("int[]", { { 1, 2 }, { 3, 4 } }))
  same({ 'a "b" {c}, \\', "NULL", "", "null" }, echo("text[]", { 'a "b" {c}, \\', "NULL", "", "null" }))
  same({ true, false }, echo("boolean[]", { true, false }))
  same({ "1.50" }, echo("numeric[]", { "1.50" }))
  same({ "1 day" }, echo("interval[]", { "1 day" }))
  same({ a = { 1, null }, b = {} }, echo("jsonb", { a = { 1, null }, b = {} }))
  same({ { a = 1 }, { 1, 2 }, "x" }, echo("jsonb[]", { { a = 1 }, { 1, 2 }, "x" }))
  same("[]", dev:value("SELECT $1::jsonb::text", json.array {}))
  same("{}", dev:value("SELECT $1::jsonb::text", {}))
  same("{}", dev:value("SELECT $1::jsonb::text", json.object {}))
  same("\"x\"", dev:value("SELECT $1::jsonb::text", "x"))
  same(1200, dev:value("SELECT count(*) FROM uk_lrt WHERE id = ANY ($1)", dev:value "SELECT array_agg(id) FROM uk_lrt"))
end)

it("refuses what no statement takes", function()
  raises("a function cannot be a parameter of a statement", function() dev:query("SELECT $1", print) end)
  raises("a userdata cannot be a parameter of a statement", function() dev:query("SELECT $1", dev) end)
  raises("the statement takes 2 parameters, 1 was given", function() dev:query("SELECT $1::int, $2::int", 1) end)
  raises("the statement takes no parameters, 1 was given", function() dev:execute("SELECT 1", 1) end)
  raises("json: a string is not UTF-8", function() dev:query("SELECT $1::jsonb", { "\255" }) end)
  raises("json: `inf` is no number of json", function() dev:query("SELECT $1::jsonb", { math.huge }) end)
  raises("invalid byte sequence for encoding", function() dev:query("SELECT $1::text", "a\0b") end)
  raises("SQL expected, got nil", function() dev:query(nil) end)
  raises("SQL in UTF-8 expected, got string", function() dev:query "SELECT '\255'" end)
end)

it("quotes identifiers and literals in query.format", function()
  same([[SELECT "a b" FROM "audit"."Log" WHERE x = 'it''s']],
    query.format("SELECT %I FROM %I WHERE x = %L", "a b", "audit.Log", "it's"))
  same("NULL 'a' a 'b' 100%", query.format("%L %2$L %2$s %3$L 100%%", nil, "a", "b"))
  same("E'\\\\'", (query.format("%L", "\\"):gsub("^ ", "")))
  raises("nil is no identifier", function() query.format("%I", nil) end)
  raises("there is no argument 2", function() query.format("%I %I", "a") end)
  raises("is none of `%I`, `%L`, `%s` and `%%`", function() query.format("%d", 1) end)
end)

it("makes names that the server reads back as the same", function()
  for _, name in ipairs { "select", "A", "a b", 'a"b', "ünï", "a'b", "1a", "a$b" } do
    local row = dev:one(query.format("SELECT %L AS %I", name, name))
    same({ [name] = name }, row)
  end
end)

it("takes query(db, sql, ...) for db:query(sql, ...)", function()
  same({ { n = 3 } }, query(dev, "SELECT $1::int + 1 AS n", 2))
  raises("bad argument #1", function() query("SELECT 1") end)
end)

spec.finish()
