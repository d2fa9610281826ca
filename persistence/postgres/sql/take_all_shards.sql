-- take_all_shards.sql: make one process the owner of every shard; whoever was, is fenced from now.
-- $1 owner
with locked as (
  select id from shard order by id for update
)
update shard
   set epoch = shard.epoch + 1, owner = $1, alive_at = clock_timestamp()
  from locked
 where shard.id = locked.id
returning shard.id, shard.epoch::float8 as epoch
