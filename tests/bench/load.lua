-- load.lua - what wrk sends, and its figures as one line of JSON. Arguments after "--":
--   METHOD PATH TOKENS     TOKENS: a file with one access token a line; each line is used once,
--                          in order, or over and over with REPEAT as the fourth argument
local tokens, at, step = {}, 1, 1
local method, path, first

-- Each thread takes every n-th line, so that no token is sent twice.
local threads = 0
function setup(thread)
	thread:set("id", threads)
	threads = threads + 1
	thread:set("all", nil)
end

function init(args)
	method, path = args[1], args[2]
	again = args[4] == "REPEAT"
	local count = tonumber(args[5] or "1")
	if args[3] and args[3] ~= "-" then
		local n = 0
		for line in io.lines(args[3]) do
			if n % count == id then tokens[#tokens + 1] = line end
			n = n + 1
		end
	end
	spent = 0
end

function request()
	local headers = {}
	if #tokens > 0 then
		if at > #tokens then
			if again then at = 1 else spent = spent + 1; at = 1 end
		end
		headers["Authorization"] = "Bearer " .. tokens[at]
		at = at + 1
	end
	return wrk.format(method, path, headers)
end

function response(status)
	if status >= 200 and status < 300 then good = (good or 0) + 1 else bad = (bad or 0) + 1 end
end

local all = {}
local old = setup
function setup(thread)
	old(thread)
	all[#all + 1] = thread
end

function done(summary, latency)
	local good, bad, spent = 0, 0, 0
	for _, t in ipairs(all) do
		good = good + (t:get("good") or 0); bad = bad + (t:get("bad") or 0); spent = spent + (t:get("spent") or 0)
	end
	local e = summary.errors
	io.write(string.format('{"requests":%d,"seconds":%.3f,"per_s":%.1f,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"good":%d,"refused":%d,"errors":%d,"tokens_used_up":%d}\n',
		summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6),
		latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
		good, bad, e.connect + e.read + e.write + e.timeout, spent))
end
