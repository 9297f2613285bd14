-- Which workers are alive, and what they offer. Loaded after queue.lua.

-- Whoever is gone is dropped only when another announces itself, so that what was offered last
-- stays known while nobody is alive.
local function drop_worker(p, worker)
  call('ZREM', p .. KEY.WORKERS, worker)
  call('HDEL', p .. KEY.OFFERS, worker)
  call('ZREM', p .. KEY.IDLE, worker)
  call('DEL', p .. KEY.BELL .. worker)
  local switch = call('HGET', p .. KEY.CLAIM .. worker, 'switch')
  for need in pairs(switch and cjson.decode(switch) or {}) do
    call('ZREM', p .. KEY.IDLE_FOR .. need, worker)
  end
  call('DEL', p .. KEY.CLAIM .. worker)
end

register('announce', {'allow-oom'}, function(p, args)
  local worker, offer, ttl_ms = unpack(args)
  for _, gone in ipairs(call('ZRANGEBYSCORE', p .. KEY.WORKERS, '-inf', '(' .. now())) do
    drop_worker(p, gone)
  end
  call('ZADD', p .. KEY.WORKERS, now() + ttl_ms, worker)
  call('HSET', p .. KEY.OFFERS, worker, offer)
end)

register('withdraw', {'allow-oom'}, function(p, args)
  call('ZADD', p .. KEY.WORKERS, 'XX', 0, args[1])
  call('ZREM', p .. KEY.IDLE, args[1])
end)

local function live_workers(p)
  return call('ZCOUNT', p .. KEY.WORKERS, now(), '+inf')
end

local function live_offers(p)
  local live = call('ZRANGEBYSCORE', p .. KEY.WORKERS, now(), '+inf')
  return #live > 0 and call('HMGET', p .. KEY.OFFERS, unpack(live)) or {}
end

register('live_offers', {'no-writes'}, live_offers)

register('last_offers', {'no-writes'}, function(p)
  local live = live_offers(p)
  return #live > 0 and live or call('HVALS', p .. KEY.OFFERS)
end)

register('live_workers', {'no-writes'}, live_workers)
