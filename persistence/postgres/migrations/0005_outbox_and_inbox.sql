-- Up Migration

-- Events, written in the transaction that made them true and relayed afterwards.
create table outbox (
  id            bigint generated always as identity primary key,
  order_id      text collate "C" not null,
  user_id       text collate "C" not null,
  topic         text not null,
  payload       jsonb not null,
  created_at    timestamptz not null,
  next_at       timestamptz not null default now(),
  attempts      integer not null default 0,
  dispatched_at timestamptz,
  constraint event_is_written_once unique (order_id, topic)
);

create index outbox_due on outbox (next_at, id) where dispatched_at is null;

-- Webhooks as they came, once each; a worker acts on them later.
create table webhook_inbox (
  provider     text not null,
  event_id     text collate "C" not null,
  type         text not null,
  intent_id    text collate "C",
  metadata     jsonb not null,
  received_at  timestamptz not null default now(),
  next_at      timestamptz not null default now(),
  attempts     integer not null default 0,
  last_error   text,
  processed_at timestamptz,
  constraint webhook_event_is_stored_once primary key (provider, event_id)
);

create index webhook_inbox_due on webhook_inbox (next_at) where processed_at is null;
