-- The standard library, made able to wait. Apart from that everything behaves as in stock Lua 5.4.
--
-- A primitive that waits yields PENDING up to the machine. Three things are in its way: functions written in
-- C which call Lua (sort, gsub, require, tostring, coroutine.close) cannot be yielded through, coroutines take
-- PENDING for a value of the playbook, and pcall would swallow an interruption. All three are replaced here.

local host = ...

local PENDING, await, stopping, adopt, note = host.PENDING, host.await, host.stopping, host.adopt, host.note
local pcall, xpcall, error, select, type, rawequal = pcall, xpcall, error, select, type, rawequal
local getmetatable, setmetatable, tostring = getmetatable, setmetatable, tostring
local create, resume, yield, running = coroutine.create, coroutine.resume, coroutine.yield, coroutine.running
local close, status, isyieldable = coroutine.close, coroutine.status, coroutine.isyieldable
local gsub, sort, pack, unpack, move = string.gsub, table.sort, table.pack, table.unpack, table.move

-- Errors ------------------------------------------------------------------------------------------------

-- The traceback of the error that is on its way. Outer handlers see the same error again and must not
-- replace the traceback of the place where it was raised.
local raised

local function trace(e)
  e = stopping() or adopt(e)
  if not (raised and rawequal(raised.value, e)) then
    raised = { value = e, frames = { host.frames() } }
  end
  return e
end

local function bad_argument(position, name, problem)
  error(("bad argument #%d to '%s' (%s)"):format(position, name, problem), 3)
end

-- Passes on what pcall made of a C function; its error is given the caller's place and the name it lost. The caller
-- is at level 3, and at level 2 where this is a tail call, which takes the place of the function that makes it.
local function surface_c(name, level, ok, ...)
  if ok then
    return ...
  end
  local message = gsub((...), "'%?'", "'" .. name .. "'", 1)
  error(message, level)
end

local function typename(value)
  local meta = getmetatable(value)
  local name = type(meta) == "table" and meta.__name
  return type(name) == "string" and name or type(value)
end

local function expect(position, name, value, expected)
  if type(value) ~= expected then
    local got = value == nil and "no value" or typename(value)
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, name, expected, got), 3)
  end
end

-- Raised in a coroutine that is closed, where it had yielded.
local CLOSED = {}

-- Passes a result of pcall on, unless the run is stopped or the coroutine closed: then that is raised again.
local function caught(ok, ...)
  if ok then
    return true, ...
  end
  local stop = stopping() or rawequal((...), CLOSED) and CLOSED
  if stop then
    error(stop, 0)
  end
  raised = nil
  return false, adopt((...))
end

function _G.pcall(...)
  if select("#", ...) == 0 then
    bad_argument(1, "pcall", "value expected")
  end
  return caught(pcall(...))
end

function _G.xpcall(f, handler, ...)
  expect(2, "xpcall", handler, "function")
  return caught(xpcall(f, function(e)
    return stopping() or rawequal(e, CLOSED) and e or handler(adopt(e))
  end, ...))
end

-- Primitives --------------------------------------------------------------------------------------------

-- true and values, false and an error, or nil and something to wait for.
local function settle(state, ...)
  if state then
    return ...
  elseif state == nil then
    -- Begun where it cannot yield, it would never be heard of again, and hold its session for ever.
    if not isyieldable() then
      error(host.stuck(...), 0)
    end
    return settle(await(...))
  end
  error((...), 0)
end

local function bind(start)
  return function(...)
    return settle(start(...))
  end
end

-- Blocks and deferred functions -------------------------------------------------------------------------

-- The innermost open block of each coroutine; a new coroutine stands in the block that created it.
local blocks = setmetatable({}, { __mode = "k" })
local outermost = {}

-- How many shields are up; none, nearly always, and then resuming a coroutine costs no more.
local shields = 0

local function unshielded(...)
  host.shield(false)
  shields = shields - 1
  return ...
end

-- Calls f so that nothing in it is interrupted.
local function shielded(f, ...)
  shields = shields + 1
  host.shield(true)
  return unshielded(pcall(f, ...))
end

local function run_deferred(deferred)
  if deferred.done then
    return true
  end
  deferred.done = true
  return shielded(xpcall, deferred.f, trace)
end

-- Runs what was deferred in a block, last first. Gives the first error, if any.
local function drain(block)
  local first
  block.closed = true
  for i = #block, 1, -1 do
    local _, ok, e = run_deferred(block[i])
    if ok == false then
      if first == nil then
        first = e
      else
        note(tostring(e))
      end
    end
  end
  return first
end

local function current_block(co)
  local block = blocks[co]
  while block and block.closed do
    block = block.parent
  end
  return block or outermost
end

local closable = {
  __name = "deferred",
  __close = function(deferred, e)
    local block = deferred.block
    if block[#block] == deferred then
      block[#block] = nil
    end
    local on_its_way = raised
    local _, ok, problem = run_deferred(deferred)
    if ok ~= false then
      raised = on_its_way
    elseif e == nil then
      error(problem, 0)
    else
      note(tostring(problem))
      raised = on_its_way
    end
  end,
}

-- Runs f when the enclosing block (step, transaction, ...) or the playbook ends, however it ends; earlier,
-- when the result is a `<close>` variable.
function _G.defer(f)
  expect(1, "defer", f, "function")
  local block = current_block(running())
  local deferred = setmetatable({ f = f, block = block }, closable)
  block[#block + 1] = deferred
  return deferred
end

local function left(co, block, id, ok, ...)
  local on_its_way = raised
  local problem = drain(block)
  blocks[co] = block.parent
  local e
  if ok then
    e = stopping() or problem
    if e == nil then
      host.leave(id, true)
      return ...
    end
  else
    e = ...
    if problem ~= nil then
      note(tostring(problem))
    end
  end
  local well, trouble = shielded(host.leave, id, false)
  if not well then
    note(tostring(trouble))
  end
  if not ok then
    raised = on_its_way
  end
  error(e, 0)
end

local function within(id, f, ...)
  local co = running()
  local block = { parent = blocks[co] }
  blocks[co] = block
  return left(co, block, id, xpcall(f, trace, ...))
end

local function block(enter)
  return function(...)
    return within(enter(...))
  end
end

-- Coroutines --------------------------------------------------------------------------------------------

local main

-- Those that are being closed.
local closing = setmetatable({}, { __mode = "k" })

local function surface(ok, ...)
  if ok then
    return ...
  end
  error((...), 0)
end

-- The function runs under xpcall, so that its closers may wait when it raises.
function coroutine.create(f)
  expect(1, "create", f, "function")
  local co = create(function(...)
    if not closing[running()] then
      return surface(xpcall(f, trace, ...))
    end
  end)
  blocks[co] = blocks[running()]
  return co
end

local function pass(co, ok, value, ...)
  if ok and value == PENDING then
    return pass(co, resume(co, yield(PENDING)))
  end
  return ok, value, ...
end

local function disinherit(co, ...)
  host.shield(false, co)
  return ...
end

function coroutine.resume(co, ...)
  expect(1, "resume", co, "thread")
  if shields > 0 and host.inherit(co) then
    return disinherit(co, pass(co, resume(co, ...)))
  end
  return pass(co, resume(co, ...))
end

local function unwrapped(ok, ...)
  if ok then
    return ...
  end
  local e, original = ..., ...
  if type(e) == "string" then
    -- As in stock Lua: a message is given the place where the iterator was called.
    e = select(2, pcall(error, e, 3))
  end
  if raised and rawequal(raised.value, original) then
    raised.value = e
    table.insert(raised.frames, host.frames())
  end
  error(e, 0)
end

function coroutine.wrap(f)
  expect(1, "wrap", f, "function")
  local co = coroutine.create(f)
  return function(...)
    return unwrapped(coroutine.resume(co, ...))
  end
end

local function resumed(...)
  if closing[running()] then
    error(CLOSED, 0)
  end
  return ...
end

function coroutine.yield(...)
  local co = running()
  if co == main then
    error("attempt to yield from outside a coroutine", 2)
  elseif closing[co] then
    error("attempt to yield from a coroutine that is being closed", 2)
  end
  return resumed(yield(...))
end

-- Unwinds the coroutine from where it has yielded, so that its closers may wait and its blocks are left.
function coroutine.close(co)
  expect(1, "close", co, "thread")
  if status(co) ~= "suspended" then
    return close(co)
  end
  closing[co] = true
  local on_its_way = raised
  local ok, e = coroutine.resume(co)
  raised = on_its_way
  if ok or rawequal(e, CLOSED) then
    return true
  end
  return false, e
end

function coroutine.running()
  local co = running()
  return co, co == main
end

function coroutine.isyieldable(co)
  return (co or running()) ~= main
end

-- Functions that call Lua from C ------------------------------------------------------------------------

function _G.tostring(...)
  if select("#", ...) == 0 then
    bad_argument(1, "tostring", "value expected")
  end
  local value = ...
  local meta = getmetatable(value)
  local convert = type(value) == "table" and type(meta) == "table" and meta.__tostring
  if not convert then
    return tostring(value)
  end
  local text = convert(value)
  if type(text) == "number" then
    return tostring(text)
  elseif type(text) ~= "string" then
    error("'__tostring' must return a string", 2)
  end
  return text
end

-- Sorts t[from..to] by merging; `spare` is room for the left half.
local function merge_sort(t, from, to, less, spare)
  if from >= to then
    return
  end
  local middle = (from + to) // 2
  merge_sort(t, from, middle, less, spare)
  merge_sort(t, middle + 1, to, less, spare)
  move(t, from, middle, from, spare)
  local left, right, at = from, middle + 1, from
  while left <= middle and right <= to do
    if less(t[right], spare[left]) then
      t[at], right = t[right], right + 1
    else
      t[at], left = spare[left], left + 1
    end
    at = at + 1
  end
  move(spare, left, middle, at, t)
end

-- Sorts a copy: if `less` raises, no element of `t` may be lost.
function table.sort(t, less)
  expect(1, "sort", t, "table")
  if less == nil then
    return sort(t)
  end
  expect(2, "sort", less, "function")
  local n = #t
  local sorted = move(t, 1, n, 1, {})
  merge_sort(sorted, 1, n, less, {})
  move(sorted, 1, n, 1, t)
end

-- First all matches are collected, then the replacements are made, then gsub puts them in.
function string.gsub(s, pattern, replacement, ...)
  if type(replacement) ~= "function" and type(replacement) ~= "table" then
    local result, count = surface_c("gsub", 3, pcall(gsub, s, pattern, replacement, ...))
    return result, count
  end
  local found = {}
  surface_c("gsub", 3, pcall(gsub, s, pattern, function(...)
    found[#found + 1] = pack(...)
  end, ...))
  for i, captures in ipairs(found) do
    local value
    if type(replacement) == "function" then
      value = replacement(unpack(captures, 1, captures.n))
    else
      value = replacement[captures[1]]
    end
    if value and type(value) ~= "string" and type(value) ~= "number" then
      error(("invalid replacement value (a %s)"):format(typename(value)), 2)
    end
    found[i] = value or false
  end
  local i = 0
  return gsub(s, pattern, function()
    i = i + 1
    return found[i]
  end, ...)
end

-- Modules -----------------------------------------------------------------------------------------------

local loaded, preload = package.loaded, package.preload
local loading = {}

local function searched(name)
  local problems = {}
  for _, searcher in ipairs(package.searchers) do
    local loader, data = searcher(name)
    if type(loader) == "function" then
      return loader, data
    elseif type(loader) == "string" then
      problems[#problems + 1] = loader
    end
  end
  error(("module '%s' not found:%s"):format(name, table.concat(problems)), 3)
end

function _G.require(name)
  expect(1, "require", name, "string")
  if loaded[name] ~= nil then
    return loaded[name]
  end
  if loading[name] then
    error(("module '%s' requires itself"):format(name), 2)
  end
  local loader, data = searched(name)
  loading[name] = true
  local ok, value = xpcall(loader, trace, name, data)
  loading[name] = nil
  if not ok then
    error(value, 0)
  end
  if value ~= nil then
    loaded[name] = value
  elseif loaded[name] == nil then
    loaded[name] = true
  end
  return loaded[name], data
end

package.searchers = {
  function(name)
    if preload[name] then
      return preload[name], ":preload:"
    end
    return ("\n\tno field package.preload['%s']"):format(name)
  end,
  host.find_module,
}
package.path, package.cpath, package.loadlib = "", "", nil

-- What a run must not do as stock Lua does it --------------------------------------------------------------

-- Unwinds, so that transactions are rolled back and triggers put back.
function os.exit(code)
  error(host.exit(code), 0)
end

function _G.print(...)
  local texts = pack(...)
  for i = 1, texts.n do
    texts[i] = _G.tostring(texts[i])
  end
  host.print(table.concat(texts, "\t"))
end

-- Output ------------------------------------------------------------------------------------------------

-- stdout and stderr pass the machine: C has buffers of its own, and knows nothing of what is drawn on the terminal.
local files = getmetatable(io.stdout).__index
local write_file, filetype, output = files.write, io.type, io.output
local stdout, stderr = io.stdout, io.stderr
local mathtype, concat = math.type, table.concat

function files.write(file, ...)
  if not (rawequal(file, stdout) or rawequal(file, stderr)) or filetype(file) ~= "file" then
    return surface_c("write", 2, pcall(write_file, file, ...))
  end
  local texts = pack(...)
  for i = 1, texts.n do
    local value = texts[i]
    if type(value) == "number" then
      -- As C does it.
      texts[i] = (mathtype(value) == "integer" and "%d" or "%.14g"):format(value)
    elseif type(value) ~= "string" then
      bad_argument(i, "write", "string expected, got " .. typename(value))
    end
  end
  host.write(rawequal(file, stderr), concat(texts))
  return file
end

function io.write(...)
  return files.write(output(), ...)
end

local execute = os.execute

local function taken_back(...)
  host.lend(false)
  return ...
end

-- The terminal is the command's until it ends.
function os.execute(command)
  host.lend(true)
  return surface_c("execute", 2, taken_back(pcall(execute, command)))
end

-- The part of the debug library that is harmless.
_G.debug = {
  traceback = function(message, ...)
    if type(message) == "thread" then
      message = ...
    end
    if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then
      return message
    end
    return host.traceback(message)
  end,
  getinfo = function(level)
    local file, line, name = host.where(level)
    return file and { source = "@" .. file, short_src = file, currentline = line, name = name, what = "Lua" }
  end,
}

-- The run -----------------------------------------------------------------------------------------------

local function concluded(ok, ...)
  local on_its_way = raised
  local problem = drain(outermost)
  local e
  if ok then
    e = stopping() or problem
    if e == nil then
      return true, ...
    end
  else
    e = ...
    raised = on_its_way
    if problem ~= nil then
      note(tostring(problem))
    end
  end
  local frames = raised and rawequal(raised.value, e) and raised.frames or {}
  local readable, text = pcall(_G.tostring, e)
  return false, e, readable and text or tostring(e), unpack(frames)
end

local function run(chunk, ...)
  main = running()
  return concluded(xpcall(chunk, trace, ...))
end

return { bind = bind, block = block, run = run }
