-- `db:script`: many statements, as psql would run them.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises

local db = connect "prod"

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

it("returns how many rows it wrote, COPY included", function()
  same(6, db:script [[
    CREATE TABLE s (n integer, t text);
    INSERT INTO s VALUES (1, 'a;b'), (2, $$c;d$$);
    COPY s FROM stdin;
3	e
4	f
\.
    UPDATE s SET t = 'x' WHERE n < 3; -- two
  ]])
  same(4, db:value "SELECT count(*) FROM s")
end)

it("leaves no setting behind", function()
  db:script "SET search_path = ''; SET lock_timeout = 0; SELECT set_config('row_security', 'off', false)"
  same('"$user", public', db:value "SHOW search_path")
  same("on", db:value "SHOW row_security")
end)

it("stops at the first error, and what stood before it stays", function()
  local e = raises("line 3 of the script: ", function()
    db:script "INSERT INTO s VALUES (5);\n\n  INSERT INTO s VALUES ('five');\nINSERT INTO s VALUES (6);"
  end)
  same("22P02", e.sqlstate)
  same("5", db:value "SELECT string_agg(n::text, ' ') FROM s WHERE n > 4")
end)

it("keeps nothing of a script in one transaction that fails", function()
  raises("line 1 of the script: division by zero", function()
    db:script("DELETE FROM s; SELECT 1/0", { single_transaction = true })
  end)
  same(5, db:value "SELECT count(*) FROM s")
end)

it("is part of the transaction it is run in", function()
  pcall(db.transaction, db, function(tx)
    tx:script "DELETE FROM s; INSERT INTO s VALUES (7)"
    error "no"
  end)
  same(5, db:value "SELECT count(*) FROM s")
end)

it("names file and line of what was read from a file", function()
  write("fix.sql", "SELECT 1;\n\nSELECT\n  nix FROM s;\n")
  local e = raises("fix.sql:4: column \"nix\" does not exist", function() db:script(query.file "fix.sql") end)
  same("42703", e.sqlstate)
end)

it("refuses before the first statement what psql alone could do, or what would end our transaction", function()
  raises("line 2 of the script: `\\i` is a command of psql", function() db:script "DELETE FROM s;\n\\i other.sql" end)
  raises("`COMMIT` would end or nest", function()
    db:transaction(function(tx) tx:script "DELETE FROM s; COMMIT" end)
  end)
  raises("the script ends inside a string", function() db:script "DELETE FROM s; SELECT 'x" end)
  raises("unknown option `single_transction`, did you mean `single_transaction`", function()
    db:script("DELETE FROM s", { single_transction = true })
  end)
  same(5, db:value "SELECT count(*) FROM s")
end)

db:execute "DROP TABLE s"
spec.finish()
