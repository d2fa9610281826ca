-- audit_shards.sql: the present epoch of each shard, and when its owner was last alive.
select id, epoch::float8 as epoch, (extract(epoch from alive_at) * 1000)::float8 as alive_at_ms
  from shard
