-- Every place of the language where a primitive may wait: each really asks the server.
local spec = require "spec"
local it, same, raises = spec.it, spec.same, spec.raises
local dev = connect "dev"

--- Gives `value` back after the server has slept a moment: the answer is never there at once.
local function ask(value)
  return dev:value("SELECT $1::jsonb FROM pg_sleep(0.001)", value)
end

local function closing(f)
  return setmetatable({}, { __close = f })
end

it("pcall and xpcall bodies", function()
  same({ true, 1 }, { pcall(ask, 1) })
  same({ true, 3 }, { xpcall(function(a) return ask(a) + 1 end, print, 2) })
end)

it("__close, however its block ends", function()
  local closed = {}
  local function mark(name)
    return closing(function(_, e) closed[#closed + 1] = ask(name .. (e and " after " .. tostring(e) or "")) end)
  end
  do local _ <close> = mark "end" end
  for _ = 1, 2 do local _ <close> = mark "break" break end
  same({ 1, 2 }, { (function() local _ <close> = mark "return" return 1, 2 end)() })
  pcall(function() local _ <close> = mark "error" error("boom", 0) end)
  local e = select(2, pcall(function() local _ <close> = mark "primitive" dev:query "SELECT 1 / 0" end))
  for _ in function(_, k) return not k or nil end, nil, nil, mark "for" do end
  do
    local _ <close> = mark "goto"
    goto out
  end
  ::out::
  same({ "end", "break", "return", "error after boom", "primitive after " .. tostring(e), "for", "goto" }, closed)
end)

it("metamethods", function()
  local t = setmetatable({}, {
    __index = function(_, k) return ask(k) end,
    __newindex = function(t, k, v) rawset(t, k, ask(v)) end,
    __add = function(_, n) return ask(n) end,
    __lt = function() return ask(true) end,
    __le = function() return ask(false) end,
    __eq = function() return ask(true) end,
    __call = function(_, x) return ask(x) end,
    __concat = function() return ask "c" end,
    __len = function() return ask(9) end,
    __unm = function() return ask(-1) end,
    __pairs = function() return function(_, k) if not k then return ask(1), 2 end end end,
    __tostring = function() return ask "text" end,
  })
  same({ "x", 1, true, false, 5, "c", 9, -1, true }, { t.x, t + 1, t < {}, t <= {}, t(5), t .. "", #t, -t, t == setmetatable({}, getmetatable(t)) })
  for k, v in pairs(t) do same({ 1, 2 }, { k, v }) end
  same("text", tostring(t))
  t.new = "value"
  same("value", rawget(t, "new"))
end)

it("iterators of a generic for, with a coroutine among them", function()
  local seen = {}
  for x in function(_, k) if k ~= 3 then return ask((k or 0) + 1) end end do seen[#seen + 1] = x end
  for x in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(ask(i)) end end) do seen[#seen + 1] = x end
  same({ 1, 2, 3, 1, 2, 3 }, seen)
end)

it("coroutines, which never see what is ours", function()
  local co = coroutine.create(function(a)
    local b = coroutine.yield(ask(a))
    local c = coroutine.yield(ask(b))
    return ask(c), "end"
  end)
  same({ true, 1 }, { coroutine.resume(co, 1) })
  same({ true, 2 }, { coroutine.resume(co, 2) })
  same({ true, 3, "end" }, { coroutine.resume(co, 3) })
  same("dead", coroutine.status(co))
  local outer = coroutine.wrap(function()
    local inner = coroutine.wrap(function() coroutine.yield(ask "inner") end)
    coroutine.yield(inner())
    coroutine.yield(ask "outer")
  end)
  same({ "inner", "outer" }, { outer(), outer() })
  local rows = coroutine.wrap(function()
    for row in dev:rows "SELECT n FROM generate_series(1, 3) AS n" do coroutine.yield(row.n) end
  end)
  same({ 1, 2, 3 }, { rows(), rows(), rows() })
end)

it("coroutine.close, which unwinds closers and blocks", function()
  dev:execute "CREATE TABLE closing (n integer)"
  defer(function() dev:execute "DROP TABLE closing" end)
  local closed = {}
  local co = coroutine.create(function()
    local _ <close> = closing(function() closed[#closed + 1] = ask "outer" end)
    pcall(function()
      dev:transaction(function(tx)
        tx:execute "INSERT INTO closing VALUES (1)"
        defer(function() closed[#closed + 1] = tx:value "SELECT 'deferred'" end)
        coroutine.yield(tx:value "SELECT 'yielded'")
      end)
    end)
    closed[#closed + 1] = "never"
  end)
  same({ true, "yielded" }, { coroutine.resume(co) })
  same({ true }, { coroutine.close(co) })
  same({ "deferred", "outer" }, closed)
  same("dead", coroutine.status(co))
  same(0, dev:value "SELECT count(*) FROM closing")
end)

it("coroutine.close gives the error of a closer, and refuses its yields", function()
  local function suspended(closer)
    local co = coroutine.create(function() local _ <close> = closing(closer) coroutine.yield() end)
    coroutine.resume(co)
    return co
  end
  local ok, e = coroutine.close(suspended(function() dev:query "SELECT 1 / 0" end))
  same({ false, "22012" }, { ok, e.sqlstate })
  ok, e = coroutine.close(suspended(function() coroutine.yield() end))
  same(false, ok)
  same(true, e:find("attempt to yield from a coroutine that is being closed", 1, true) ~= nil)
  local caught
  same(true, (coroutine.close(suspended(function() caught = { pcall(ask, 1) } end))))
  same({ true, 1 }, caught)
  same(true, (coroutine.close(coroutine.create(function() error "never run" end))))
  raises("cannot close a running coroutine", function() coroutine.close(coroutine.running()) end)
  raises("bad argument #1 to 'close' (thread expected, got number)", function() coroutine.close(1) end)
end)

it("table.sort comparators", function()
  local t = { 5, 2, 4, 1, 3 }
  table.sort(t, function(a, b) return ask(a < b) end)
  same({ 1, 2, 3, 4, 5 }, t)
  raises("division by zero", function() table.sort(t, function() dev:query "SELECT 1 / 0" end) end)
  same({ 1, 2, 3, 4, 5 }, t)
end)

it("string.gsub replacements", function()
  same({ "h0ll0 w0rld", 3 }, { string.gsub("hello world", "[eo]", function() return ask "0" end) })
  same("B-A", (("a-b"):gsub("(%w)-(%w)", function(x, y) return ask(y:upper() .. "-" .. x:upper()) end)))
  same("$1", (("$x"):gsub("%w+", setmetatable({}, { __index = function() return ask "1" end }))))
end)

it("modules that ask while they load", function()
  same({ "slow_module", "value" }, { require("slow_module").name, require("slow_module").value })
  package.preload.quick = function(name) return { ask(name) } end
  same({ "quick" }, require "quick")
end)

it("load and dofile", function()
  same(6, load("local ask = ... return ask(6)")(ask))
end)

it("nothing is begun where C code is in between, and the session stays usable", function()
  local problem
  local function hindered() problem = select(2, pcall(ask, 1)) return "x" end
  for _, use in ipairs {
    function() xpcall(error, hindered) end,
    function() setmetatable({}, { __gc = hindered }) collectgarbage() end,
    function() string.format("%s", setmetatable({}, { __tostring = hindered })) end,
    function() table.concat(setmetatable({}, { __index = hindered, __len = function() return 1 end })) end,
    function() for _ in ipairs(setmetatable({}, { __index = function() hindered() end })) do end end,
    function() load(function() hindered() end) end,
  } do
    problem = nil
    use()
    same("`db:value` cannot wait here, inside a message handler, a finalizer, or a function that is called by C", problem.message)
    same(1, ask(1))
  end
end)

it("deferred functions, last first, when their block ends", function()
  local order = {}
  local function note(name) order[#order + 1] = ask(name) end
  step("block", function()
    defer(function() note "second" end)
    dev:transaction(function(tx)
      defer(function() order[#order + 1] = tx:value "SELECT 'inside'" end)
      tx:execute "SELECT 1"
    end)
    defer(function() note "first" end)
    note "body"
  end)
  same({ "inside", "body", "first", "second" }, order)
end)

spec.finish()
