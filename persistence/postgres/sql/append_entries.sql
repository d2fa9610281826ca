-- append_entries.sql: append entries of many SKUs in one round trip, each SKU all or nothing.
-- heads, one per SKU, in order of (shard, sku):
--   $1 sku[]  $2 head seq[]  $3 head hash[] (hex)  $4 shard[]  $5 epoch[]
-- entries: $6 number of their head (from 1)[]  $7 seq[]  $8 kind[]  $9 hold_id[]  $10 checkout_id[]
--   $11 buyer[]  $12 command_id[]  $13 quantity[]  $14 expires_at (ms)[]  $15 at (ms)[]
--   $16 received[]  $17 available[]  $18 held[]  $19 sold[]  $20 prev_hash[]  $21 hash[] (both hex)
-- Answers one row per head: whether its fence and its head still stood, and the server's clock.
with head as (
  select h.*
    from unnest($1::text[], $2::int[], $3::text[], $4::smallint[], $5::bigint[])
         with ordinality as h (sku, seq, hash, shard, epoch, number)
),
-- The fence: a takeover waits for us, or we wait for it and then see its epoch. Without the lock it
-- slips past; a weaker one (for key share) would not stop a plain update of the epoch.
fence as (
  select id, epoch from shard where id in (select shard from head) order by id for share
),
judged as (
  select head.number, head.sku, head.shard, head.epoch,
         coalesce(fence.epoch = head.epoch, false) as owned,
         coalesce(last.seq, 0) = head.seq
           and (head.seq = 0 or last.hash = decode(head.hash, 'hex')) as continued
    from head
    left join fence on fence.id = head.shard
    left join lateral (
      select seq, hash from ledger_entry where ledger_entry.sku = head.sku order by seq desc limit 1
    ) as last on true
),
appended as (
  insert into ledger_entry (
    epoch, at, expires_at, seq, quantity, received, available, held, sold, kind, shard,
    sku, hold_id, checkout_id, buyer, command_id, prev_hash, hash
  )
  select judged.epoch, to_timestamp(entry.at_ms / 1000.0),
         to_timestamp(entry.expires_at_ms / 1000.0),
         entry.seq, entry.quantity, entry.received, entry.available, entry.held, entry.sold,
         entry.kind, judged.shard, judged.sku, entry.hold_id, entry.checkout_id, entry.buyer,
         entry.command_id, decode(entry.prev_hash, 'hex'), decode(entry.hash, 'hex')
    from unnest(
           $6::bigint[], $7::int[], $8::entry_kind[], $9::text[], $10::text[], $11::text[],
           $12::text[], $13::int[], $14::float8[], $15::float8[], $16::int[], $17::int[],
           $18::int[], $19::int[], $20::text[], $21::text[]
         ) as entry (
           number, seq, kind, hold_id, checkout_id, buyer, command_id, quantity, expires_at_ms,
           at_ms, received, available, held, sold, prev_hash, hash
         )
    join judged on judged.number = entry.number and judged.owned and judged.continued
  returning 1
)
select judged.owned, judged.continued,
       (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
  from judged
 order by judged.number
