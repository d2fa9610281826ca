-- mark_shards_alive.sql: say that the owner lives. Locks in shard order, as the appends do.
-- $1 owner
-- Answers one row per shard it still owns.
with locked as (
  select id from shard where owner = $1 order by id for no key update
)
update shard set alive_at = clock_timestamp() from locked where shard.id = locked.id
returning shard.id
