-- Up Migration

-- The state of a SKU after one of its entries, so that a history of a million entries need not be
-- folded from its beginning. A cache: dropping every row costs time at the next start, and no more.
create table sku_checkpoint (
  saved_at timestamptz not null default clock_timestamp(),
  seq      integer not null,
  sku      text collate "C" not null,
  hash     text collate "C" not null,
  state    text not null,
  constraint sku_has_one_checkpoint primary key (sku),
  constraint checkpoint_ends_at_an_entry check (seq >= 1)
);
