-- put_product.sql: create or replace a product, in one statement so that the guards hold for what
-- is replaced and not for what was read before.
-- $1 sku  $2 name  $3 description  $4 price amount  $5 currency  $6 seller_id  $7 image_url
-- $8 attributes (JSON)  $9 status  $10 purchase_limit
-- $11 the version it must have, or null  $12 the seller it must belong to, or null
-- Answers one row: whether it was stored (then version and time), and who sold it before, if the
-- product was there when the statement began.
with stored as (
  insert into product as kept (
    sku, name, description, price_amount, currency, seller_id, image_url, attributes, status,
    purchase_limit
  )
  select $1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10
   -- A version can only be of something that is there.
   where $11::int is null or exists (select from product where sku = $1)
      on conflict (sku) do update
     set name = excluded.name, description = excluded.description,
         price_amount = excluded.price_amount, currency = excluded.currency,
         seller_id = excluded.seller_id, image_url = excluded.image_url,
         attributes = excluded.attributes, status = excluded.status,
         purchase_limit = excluded.purchase_limit, version = kept.version + 1, updated_at = now()
   where ($11::int is null or kept.version = $11::int)
     and ($12::text is null or kept.seller_id = $12::text)
  returning version, updated_at
)
select stored.version,
       floor(extract(epoch from stored.updated_at) * 1000)::float8 as updated_at_ms,
       before.seller_id as seller_before
  from (select) as always
  left join stored on true
  left join product as before on before.sku = $1
