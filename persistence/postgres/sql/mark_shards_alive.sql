-- mark_shards_alive.sql: say that the owner lives. Locks in shard order, as the appends do.
-- $1 owner
with locked as (
  select id from shard where owner = $1 order by id for no key update
)
update shard set alive_at = clock_timestamp() from locked where shard.id = locked.id
