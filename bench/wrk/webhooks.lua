-- Webhooks as Proof sends them. Arguments: the path, what kind (new, duplicates, unknown), and the first number to use.
-- Numbers are used in order, so that whoever reads the database afterwards knows which ones were sent.

local body_start = '{"merchant_transaction_id":"'
local body_middle = '","type":"buy","status":"'
local body_end = '","currency":"USDC","network":"ERC20","crypto_amount":"42.60",' ..
    '"fiat_currency":"EUR","fiat_amount":"40.15","created_at":"2026-05-02T08:00:00Z","updated_at":"2026-05-02T08:02:10Z"}'
local statuses = { [0] = "processing", [1] = "completed" }

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  path = arguments[1]
  kind = arguments[2]
  first = tonumber(arguments[3])
  sent = 0
  math.randomseed(first + 1)
end

-- Two webhooks for each transaction: the first says processing, the second completed.
local function webhook(prefix, number)
  return body_start .. prefix .. math.floor(number / 2) .. body_middle .. statuses[number % 2] .. body_end
end

function request()
  local body
  if kind == "duplicates" then
    -- One in five is new, the others repeat one of the thousand before it.
    local newest = math.floor(sent / 5)
    local back = sent % 5 == 0 and 0 or math.random(0, math.min(newest, 999))
    body = webhook("bench-", first + newest - back)
  elseif kind == "unknown" then
    body = webhook("unknown-", first + sent)
  else
    body = webhook("bench-", first + sent)
  end
  sent = sent + 1
  return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
end

function done(summary, latency, requests)
  local all = 0
  for _, thread in ipairs(threads) do
    all = all + thread:get("sent")
  end
  print(string.format("RESULT answered=%d refused=%d broken=%d micros=%d sent=%d", summary.requests, summary.errors.status,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.duration, all))
end
