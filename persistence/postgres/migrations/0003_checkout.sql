-- Up Migration

-- The journal of a checkout: its state, and all that is needed to resume it. Rows change only by
-- compare-and-set on `version`.
create table checkout (
  id               text collate "C" primary key,
  user_shard       smallint not null,
  user_id          text collate "C" not null,
  guest            boolean not null,
  state            text not null,
  version          integer not null,
  cart_id          text collate "C",
  lines            jsonb not null,
  currency         text not null,
  total_amount     bigint not null,
  price_changes    jsonb not null,
  shipping_address jsonb,
  order_id         text collate "C",
  payment          jsonb,
  ending           text,
  open_request     jsonb,
  cancel_request   jsonb,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  expires_at       timestamptz not null,
  confirmed_at     timestamptz,
  claim_owner      text,
  next_run_at      timestamptz,
  constraint checkout_state_is_known check (state in (
    'opening', 'open', 'revising', 'paying', 'reviewing', 'committing', 'confirmed', 'captured',
    'releasing', 'cancelled', 'expired', 'fraud_rejected', 'reversing', 'reversed'
  )),
  constraint user_shard_is_one_of_16 check (user_shard between 0 and 15),
  constraint confirmed_iff_confirmed_at check (
    (state in ('confirmed', 'captured', 'reversing', 'reversed')) = (confirmed_at is not null)
  ),
  constraint releasing_knows_its_ending check (state <> 'releasing' or ending is not null)
);

-- A cart is bought once, and has one checkout under way: one that ended frees it, a paid one never.
-- write_checkouts.sql, checkout_of_cart.sql and memory-checkout-journal.ts name the same states.
create unique index cart_has_one_live_checkout on checkout (cart_id)
  where cart_id is not null
    and state not in ('cancelled', 'expired', 'fraud_rejected', 'reversed');

create index checkout_due on checkout (next_run_at) where next_run_at is not null;

-- What a caller asked under a key, and the answer once there is a definite one.
create table request_key (
  caller      text collate "C" not null,
  key         text collate "C" not null,
  fingerprint text collate "C" not null,
  request_id  text not null,
  checkout_id text collate "C",
  answer      jsonb,
  created_at  timestamptz not null default now(),
  answered_at timestamptz,
  constraint key_is_used_once_per_caller primary key (caller, key),
  constraint key_length check (char_length(key) between 1 and 255),
  constraint answered_iff_answered_at check ((answer is null) = (answered_at is null))
);

create index request_key_by_age on request_key (created_at);
