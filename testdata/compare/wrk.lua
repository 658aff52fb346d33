-- The calls of the comparison, over and over: the paths in the file CALLS, with the contents of BODY.
local paths = {}
for path in io.lines(os.getenv("CALLS")) do
  paths[#paths + 1] = path
end
local file = io.open(os.getenv("BODY"))
local body = file:read("*a")
file:close()

local n = 0
function request()
  n = n % #paths + 1
  return wrk.format("POST", paths[n], nil, body)
end
