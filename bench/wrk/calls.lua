-- The same call again and again. Arguments: method, path, secret of the gateway, body (empty for none), into how many
-- different numbers a %d of the path is turned, the entity tag that the answer must differ from (empty for any), and of how
-- many users the calls are (1: always the same).

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  method, path, body, numbers = arguments[1], arguments[2], arguments[4], tonumber(arguments[5])
  headers = {
    ["Content-Type"] = body ~= "" and "application/json" or nil,
    ["X-User-Id"] = "cust-8841",
    ["X-User-Email"] = "jo@example.test",
    ["X-Gateway-Secret"] = arguments[3],
    ["If-None-Match"] = arguments[6] ~= "" and arguments[6] or nil,
  }
  users = tonumber(arguments[7])
  sent = 0
end

function request()
  sent = sent + 1
  if users > 1 then
    headers["X-User-Id"] = "cust-" .. math.random(users)
  end
  return wrk.format(method, (path:gsub("%%d", math.random(0, numbers - 1))), headers, body ~= "" and body or nil)
end

function done(summary, latency, requests)
  local all = 0
  for _, thread in ipairs(threads) do
    all = all + thread:get("sent")
  end
  print(string.format("RESULT answered=%d refused=%d broken=%d micros=%d sent=%d", summary.requests, summary.errors.status,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.duration, all))
end
