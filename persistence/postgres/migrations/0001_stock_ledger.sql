-- Up Migration

-- The fence. Every append names the epoch of its shard; taking a shard over raises it, and the
-- owner before is refused from that moment on.
create table shard (
  id       smallint primary key,
  epoch    bigint not null default 0,
  owner    text,
  alive_at timestamptz,
  constraint shard_is_one_of_256 check (id between 0 and 255),
  constraint epoch_never_negative check (epoch >= 0)
);

insert into shard (id) select generate_series(0, 255);

create type entry_kind as enum (
  'receive', 'reserve', 'resize', 'pin', 'unpin', 'commit', 'release', 'expire', 'return', 'adjust'
);

-- One immutable fact about the stock of one SKU. The head of a SKU is its last entry, so no row is
-- ever updated. Wide columns first: rows are written by the million and padding is paid for.
create table ledger_entry (
  epoch       bigint not null,
  at          timestamptz not null,
  expires_at  timestamptz,
  seq         integer not null,
  quantity    integer not null,
  received    integer not null,
  available   integer not null,
  held        integer not null,
  sold        integer not null,
  kind        entry_kind not null,
  shard       smallint not null,
  sku         text collate "C" not null,
  hold_id     text collate "C",
  checkout_id text collate "C",
  buyer       text collate "C",
  command_id  text collate "C",
  prev_hash   bytea not null,
  hash        bytea not null,
  constraint sku_has_one_history primary key (sku, seq),
  constraint available_never_negative check (available >= 0),
  constraint held_never_negative check (held >= 0),
  constraint sold_never_negative check (sold >= 0),
  constraint no_unit_is_lost check (available + held + sold = received),
  constraint seq_starts_at_one check (seq >= 1),
  constraint hash_is_sha256 check (octet_length(hash) = 32 and octet_length(prev_hash) = 32),
  constraint hold_kinds_name_their_hold check (
    (hold_id is not null) = (kind not in ('receive', 'adjust'))
  )
);

create unique index hold_is_taken_once on ledger_entry (sku, hold_id)
  where kind = 'reserve';

create unique index hold_is_resolved_once on ledger_entry (sku, hold_id)
  where kind in ('commit', 'release', 'expire');

create unique index command_is_applied_once on ledger_entry (sku, command_id)
  where command_id is not null;

create index returns_of_a_hold on ledger_entry (sku, hold_id)
  where kind = 'return';
