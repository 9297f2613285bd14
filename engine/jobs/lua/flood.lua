-- What a platform lets a bot do, in one place and overall; budget.py does the same in Python for one
-- process. Loaded after records.lua.
--
-- A call that is sent again may take a second one out of a bucket. That does no harm: less is then
-- sent than might have been.
--
-- A rate is {ms between calls, burst, kept}. A bucket has `full_at`, when it will have its whole
-- burst again, and `closed_until`; `calm`, the ms between calls after a refusal where the rate says
-- nothing; `turns`, when each result that has to wait may go; and `line`, who waits to show progress
-- and when they last asked. One at rest is none.

local FLOOD_LATELY_MS = 3000

local function bucket_of(p, name, rate)
  local key = p .. KEY.FLOOD .. name
  local kept = call('GET', key)
  local bucket = kept and cjson.decode(kept)
  if not bucket or now() >= math.max(bucket.full_at, bucket.closed_until) then
    bucket = {full_at = 0, closed_until = 0, calm = 0, turns = {}, line = {}}
  end
  return {key = key, kept = bucket, rate = cjson.decode(rate)}
end

local function keep_bucket(bucket)
  local rest = math.ceil(math.max(bucket.kept.full_at, bucket.kept.closed_until) - now())
  if rest > 0 then
    call('SET', bucket.key, cjson.encode(bucket.kept), 'PX', rest)
  else
    call('DEL', bucket.key)
  end
end

local function between_calls(bucket)
  return bucket.rate[1] > 0 and bucket.rate[1] or bucket.kept.calm
end

-- When a bucket has calls again beyond the last `left` of its burst.
local function opens_at(bucket, left)
  local spare = (bucket.rate[2] - 1 - left) * between_calls(bucket)
  return math.max(bucket.kept.closed_until, bucket.kept.full_at - spare)
end

local function take(bucket)
  local turn = math.max(now(), opens_at(bucket, 0))
  bucket.kept.full_at = math.max(bucket.kept.full_at, turn) + between_calls(bucket)
  return turn
end

local function turn_of(bucket, name)
  local turns = bucket.kept.turns
  turns[name] = turns[name] or take(bucket)
  return turns[name]
end

local function place_in_line(bucket, name)
  for i, waiting in ipairs(bucket.kept.line) do
    if waiting[1] == name then
      return i
    end
  end
end

local function leave_line(bucket, name)
  local i = place_in_line(bucket, name)
  if i then
    table.remove(bucket.kept.line, i)
  end
end

local function stay_in_line(bucket, name)
  local line = bucket.kept.line
  line[place_in_line(bucket, name) or #line + 1] = {name, now()}
end

local function drop_gone(bucket)
  local staying = {}
  for _, waiting in ipairs(bucket.kept.line) do
    if waiting[2] > now() - FLOOD_LATELY_MS then
      staying[#staying + 1] = waiting
    end
  end
  bucket.kept.line = staying
end

-- Whether there is a call to spare for this one, and for those ahead of it in line.
local function has_spare(bucket, name)
  drop_gone(bucket)
  local ahead = (place_in_line(bucket, name) or #bucket.kept.line + 1) - 1
  return now() >= opens_at(bucket, bucket.rate[3] + ahead)
end

local function flood(p, args)
  local place, overall = bucket_of(p, args[1], args[2]), bucket_of(p, args[3], args[4])
  return place, args[5], overall, args[1] .. '|' .. args[5]
end

-- Take a call for a result, or say in how many ms it may be made.
register('flood_turn', {'allow-oom'}, function(p, args)
  local place, name, overall, full_name = flood(p, args)
  leave_line(place, name)
  leave_line(overall, full_name)
  local turn = turn_of(place, name)
  if turn <= now() then
    turn = turn_of(overall, full_name)
  end
  if turn <= now() then
    place.kept.turns[name], overall.kept.turns[full_name] = nil, nil
  end
  keep_bucket(place)
  keep_bucket(overall)
  return math.ceil(math.max(0, turn - now()))
end)

local function take_spare(place, name, overall, full_name)
  if not has_spare(place, name) then
    stay_in_line(place, name)
    leave_line(overall, full_name)
    return false
  end
  if not has_spare(overall, full_name) then
    stay_in_line(place, name)
    stay_in_line(overall, full_name)
    return false
  end
  leave_line(place, name)
  leave_line(overall, full_name)
  take(place)
  take(overall)
  return true
end

-- Take a call for progress if there is one to spare.
register('flood_spare', {'allow-oom'}, function(p, args)
  local place, name, overall, full_name = flood(p, args)
  local taken = take_spare(place, name, overall, full_name)
  keep_bucket(place)
  keep_bucket(overall)
  return taken
end)

-- Take nothing from one bucket for a while; what waits goes on one by one then.
register('flood_close', {'allow-oom'}, function(p, args)
  local bucket = bucket_of(p, args[1], args[2])
  local kept = bucket.kept
  kept.calm, kept.turns = tonumber(args[4]), {}
  kept.closed_until = math.max(kept.closed_until, now() + args[3])
  kept.full_at = kept.closed_until + (bucket.rate[2] - 1) * between_calls(bucket)
  keep_bucket(bucket)
end)
