-- The metatable of the rows of one result: `pairs` gives the columns in their order.

local next, rawget = next, rawget

return function(columns)
  local following = {}
  for i, name in ipairs(columns) do
    following[name] = columns[i + 1]
  end

  local function step(row, name)
    if name == nil then
      name = columns[1]
    else
      name = following[name]
    end
    -- NULL is no entry of the table.
    while name ~= nil and rawget(row, name) == nil do
      name = following[name]
    end
    if name ~= nil then
      return name, rawget(row, name)
    end
  end

  return {
    __name = "row",
    __columns = columns,
    __pairs = function(row)
      for name in next, row do
        if following[name] == nil and name ~= columns[#columns] then
          return next, row -- a key was added
        end
      end
      return step, row
    end,
  }
end
