-- import_lock_fence.sql: the epoch of every shard, which stays until we commit: a takeover waits
-- for us, or we wait for it and then see its epoch. Locks in shard order, as the appends do.
select id, epoch::float8 as epoch,
       floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
  from shard
 order by id
   for share
