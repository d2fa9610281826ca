-- import_close_fence.sql: as import_lock_fence.sql, but nobody appends until we commit. For SKUs
-- that are sold so fast that their head never stays as it was read.
select id, epoch::float8 as epoch,
       floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
  from shard
 order by id
   for no key update
