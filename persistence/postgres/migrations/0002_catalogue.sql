-- Up Migration

-- What a SKU is called, what it costs and who sells it. Prices come from here and nowhere else.
create table product (
  sku            text collate "C" primary key,
  name           text not null,
  description    text not null default '',
  price_amount   integer not null,
  currency       text not null,
  seller_id      text collate "C" not null,
  image_url      text,
  attributes     jsonb not null default '{}',
  status         text not null default 'active',
  purchase_limit integer,
  version        integer not null default 1,
  updated_at     timestamptz not null default now(),
  constraint sku_is_well_formed check (
    sku ~ '^[A-Za-z0-9._-]([A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$'
  ),
  constraint name_length check (char_length(name) between 1 and 300),
  constraint description_length check (char_length(description) <= 10000),
  constraint price_never_negative check (price_amount between 0 and 99999999),
  constraint currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint status_is_known check (status in ('active', 'archived')),
  constraint purchase_limit_is_positive check (purchase_limit is null or purchase_limit > 0)
);

create index product_by_seller on product (seller_id, sku);
