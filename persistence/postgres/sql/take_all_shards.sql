-- take_all_shards.sql: make one process the owner of every shard; whoever was, is fenced from now.
-- $1 owner  $2 the shortest silence that counts as an outage, milliseconds
-- If nobody has said for longer that they live, the silence is recorded in the same statement.
with locked as (
  select id, alive_at from shard order by id for update
),
-- The clock is read after the locks were waited for.
moment as (
  select clock_timestamp() as now, max(alive_at) as last_alive_at from locked
),
noticed as (
  insert into outage (began_at, ended_at)
  select last_alive_at, now from moment where now - last_alive_at > $2 * interval '1 millisecond'
)
update shard
   set epoch = shard.epoch + 1, owner = $1, alive_at = moment.now
  from locked, moment
 where shard.id = locked.id
returning shard.id, shard.epoch::float8 as epoch
