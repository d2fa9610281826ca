-- Up Migration

-- SKUs whose ledger an import continued while a service may have had them in memory. The service
-- reads on from the last id it saw, and looks at those again. One import runs at a time, so that
-- ids are committed in order. A product that is new to the catalogue is in nobody's memory.
create table imported_stock (
  id          bigint generated always as identity primary key,
  sku         text collate "C" not null,
  imported_at timestamptz not null default now()
);
