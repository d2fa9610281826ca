-- Up Migration

-- What was bought. Amounts are minor units of `currency`.
create table orders (
  id                text collate "C" primary key,
  user_shard        smallint not null,
  user_id           text collate "C" not null,
  checkout_id       text collate "C" not null,
  status            text not null,
  payment_status    text not null,
  payment_method    text,
  intent_id         text collate "C",
  currency          text not null,
  total_amount      bigint not null,
  authorised_amount bigint not null default 0,
  captured_amount   bigint not null default 0,
  refunded_amount   bigint not null default 0,
  shipping_address  jsonb,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  confirmed_at      timestamptz,
  constraint checkout_makes_one_order unique (checkout_id),
  constraint order_status_is_known check (status in (
    'pending', 'confirmed', 'partially_shipped', 'shipped', 'delivered', 'cancelled'
  )),
  constraint payment_status_is_known check (payment_status in (
    'pending', 'requires_action', 'unknown', 'failed', 'authorised', 'captured',
    'partially_refunded', 'refunded', 'voided'
  )),
  constraint captured_is_nothing_or_the_total check (captured_amount in (0, total_amount)),
  constraint refunded_never_exceeds_captured check (refunded_amount between 0 and captured_amount)
);

create index orders_of_user on orders (user_id, id) where confirmed_at is not null;

create table order_line (
  order_id     text collate "C" not null references orders (id),
  line         integer not null,
  sku          text collate "C" not null,
  name         text not null,
  seller_id    text collate "C" not null,
  quantity     integer not null,
  unit_amount  bigint not null,
  total_amount bigint not null,
  hold_id      text collate "C" not null,
  primary key (order_id, line),
  constraint line_quantity_is_positive check (quantity > 0),
  constraint line_total_is_price_times_quantity check (total_amount = unit_amount * quantity)
);

create table sub_order (
  order_id     text collate "C" not null references orders (id),
  seller_id    text collate "C" not null,
  status       text not null,
  total_amount bigint not null,
  primary key (order_id, seller_id)
);

create table payment_attempt (
  order_id     text collate "C" not null references orders (id),
  attempt      integer not null,
  method       text not null,
  status       text not null,
  intent_id    text collate "C",
  decline_code text,
  amount       bigint not null,
  currency     text not null,
  started_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (order_id, attempt)
);

create unique index order_has_one_live_payment on payment_attempt (order_id)
  where status in ('pending', 'requires_action', 'unknown', 'authorised', 'captured');

create unique index intent_pays_one_attempt on payment_attempt (intent_id)
  where intent_id is not null;
