-- load.lua - what wrk sends, and its figures as one line of JSON. Arguments after "--":
--
--   METHOD PATH TOKENS once|over   each request with the next token (a line of TOKENS); after the last
--                                  one stop, or begin again
--   mix FOLDER START               from START on (seconds since 1970) check-ins with each of FOLDER/tokens
--                                  once; every 20th time a status read of FOLDER/reader, every 100th an
--                                  admin page with the cookie of FOLDER/cookie (storm.py)
--
-- Requests are made before the clock starts: what is measured is the server.
local ffi = require("ffi")
ffi.cdef "int usleep(unsigned); struct when { long s, us; }; int gettimeofday(struct when *, void *);"
local threads, requests, other = {}, {}, {}
local start
local again, at, sent = true, 0, 0
local count = tonumber(os.getenv("BENCH_THREADS"))

function setup(thread)
	thread:set("id", #threads)
	threads[#threads + 1] = thread
end

local function lines(file, each)
	local n = 0
	for line in io.lines(file) do
		if n % count == id then each(line) end
		n = n + 1
	end
end

local function with(method, path, more)
	local headers = {}
	for k, v in pairs(more or {}) do headers[k] = v end
	return wrk.format(method, path, headers)
end

function init(args)
	good, early, refused, spent = 0, 0, 0, 0
	local method, path, tokens = args[1], args[2], args[3]
	if method == "mix" then
		again, start = false, tonumber(args[3])
		lines(path .. "/tokens", function(t) requests[#requests + 1] = with("POST", "/v1/check-ins", { Authorization = "Bearer " .. t }) end)
		other.status = with("GET", "/v1/rewards/status", { Authorization = "Bearer " .. io.open(path .. "/reader"):read() })
		other.admin = with("GET", "/admin", { Cookie = io.open(path .. "/cookie"):read(), Accept = "text/html" })
	elseif args[5] then
		lines(tokens, function(body) requests[#requests + 1] = wrk.format(method, path, { ["Content-Type"] = "application/json" }, body) end)
	else
		again = args[4] == "over"
		lines(tokens, function(t) requests[#requests + 1] = with(method, path, { Authorization = "Bearer " .. t }) end)
	end
end

-- wrk asks thread 0 once for a request that it does not send, to see what requests are like.
local function before_start()
	if id == 0 and not asked then
		asked = true
		return true
	end
	local now = ffi.new("struct when")
	repeat
		ffi.C.usleep(500)
		ffi.C.gettimeofday(now, nil)
	until tonumber(now.s) >= start
	start = nil
end

function request()
	if start and before_start() then return requests[1] end
	sent = sent + 1
	if other.status then
		if sent % 100 == 50 then return other.admin end
		if sent % 20 == 7 then return other.status end
	end
	at = at + 1
	if at > #requests then
		spent = spent + 1
		at = 1
		-- Whoever waits for an answer to a check-in gets it before the end.
		if not again then
			at = #requests
			if spent > 2048 then wrk.thread:stop() end
			return other.status or requests[1]
		end
	end
	return requests[at]
end

function response(status)
	if status == 201 then good = good + 1
	elseif status == 200 then early = early + 1
	else refused = refused + 1 end
end

function done(summary, latency)
	local sum = { good = 0, early = 0, refused = 0, spent = 0 }
	for _, t in ipairs(threads) do
		for k in pairs(sum) do sum[k] = sum[k] + t:get(k) end
	end
	local e = summary.errors
	io.write(string.format('{"requests":%d,"seconds":%.3f,"per_s":%.1f,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"created":%d,"ok":%d,"refused":%d,"errors":%d,"used_up":%d}\n',
		summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6),
		latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
		sum.good, sum.early, sum.refused, e.connect + e.read + e.write + e.timeout, sum.spent))
end
