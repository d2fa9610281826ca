-- mark_shards_alive.sql: say that the owner lives. Locks in shard order, as the appends do.
-- $1 owner  $2 the shortest silence that counts as an outage, milliseconds  $3 outages at most
-- If it did not say so for longer, the silence is recorded in the same statement. Answers how many
-- shards are still its own, the server's clock, and the last outages in the order they ended.
with locked as (
  select id, alive_at from shard where owner = $1 order by id for no key update
),
-- The clock is read after the locks were waited for.
moment as (
  select clock_timestamp() as now, max(alive_at) as last_alive_at from locked
),
noticed as (
  insert into outage (began_at, ended_at)
  select last_alive_at, now from moment where now - last_alive_at > $2 * interval '1 millisecond'
  returning began_at, ended_at
),
marked as (
  update shard set alive_at = moment.now from locked, moment where shard.id = locked.id
  returning shard.id
),
-- What is inserted above is not yet in the table for this statement.
recent as (
  select began_at, ended_at from outage
  union all
  select began_at, ended_at from noticed
  order by ended_at desc
  limit $3
)
select (select count(*) from marked)::float8 as shards,
       (select extract(epoch from now) * 1000 from moment)::float8 as now_ms,
       (select coalesce(json_agg(json_build_array(
                 floor(extract(epoch from began_at) * 1000),
                 floor(extract(epoch from ended_at) * 1000)) order by ended_at), '[]')
          from recent) as outages
