-- Up Migration

-- When nobody served: written with the sign of life that ends the silence, never changed. Whoever
-- held stock meanwhile gets the time back.
create table outage (
  id       bigint generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  constraint outage_ends_after_it_began check (ended_at > began_at)
);

create index outage_by_end on outage (ended_at);
