-- Where a job stands, and what its wait is estimated from. Loaded after queue.lua and presence.lua,
-- and uses their locals.

-- What one job is to the estimate: its need, its predicted working time, and what is done of it.
local function work(job)
  if job.state == 'running' then
    local variant = job.variants[job.variant + 1]
    return {variant.needs, tostring(variant.cost_s), tostring((now() - job.claimed_at) / 1000)}
  end
  return {job.variants[1].needs, tostring(job.variants[1].cost_s), '0'}
end

local function work_in(p, key, first, last)
  local all = {}
  for i, id in ipairs(call('ZRANGE', p .. key, first, last)) do
    all[i] = work(read(p, id))
  end
  return all
end

local function paces_of(p, ...)
  local paces, seen = {}, {}
  for _, group in ipairs({...}) do
    for _, item in ipairs(group) do
      local need = item[1]
      if not seen[need] then
        seen[need] = true
        paces[#paces + 1] = {need, call('LRANGE', p .. KEY.PACE .. need, 0, -1)}
      end
    end
  end
  return paces
end

-- What the wait of a job is estimated from: its state and place, how many workers are alive, the
-- work of itself, before it (of the nearest few hundred at most) and in progress, and their paces.
register('standing', {'no-writes'}, function(p, args)
  local id, most = args[1], tonumber(args[2])
  local job = read(p, id)
  if not job then
    return false
  end
  local own, ahead, running, place = {}, {}, {}, 0
  if job.state == 'queued' then
    local rank = call('ZRANK', p .. KEY.WAITING, id)
    own, place = {work(job)}, rank + 1
    ahead = rank > 0 and work_in(p, KEY.WAITING, 0, math.min(rank, most) - 1) or {}
    running = work_in(p, KEY.LEASES, 0, -1)
  elseif job.state == 'running' then
    own = {work(job)}
  end
  local paces = paces_of(p, own, ahead, running)
  return {job.state, place, live_workers(p), own, ahead, running, paces}
end)
