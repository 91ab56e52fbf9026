-- The loop of `retry`; `plan` reads the arguments.

local plan, warn = ...
local pcall, error, tostring = pcall, error, tostring

local function attempt(f, number, times, delay, ok, ...)
  if ok then
    return ...
  end
  if number == times then
    error((...), 0)
  end
  warn(("attempt %d of %d failed: %s"):format(number, times, tostring((...))))
  sleep(delay)
  return attempt(f, number + 1, times, delay, pcall(f, number + 1))
end

return function(...)
  local f, times, delay = plan(...)
  return attempt(f, 1, times, delay, pcall(f, 1))
end
