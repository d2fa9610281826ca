-- import_put_products.sql: create or change the products of the batch. What the file does not say
-- stays: image, attributes, status, limit. A product that is as the file says is not touched.
-- $1 whether the file has descriptions
-- Answers the SKUs that were created, and how many changed.
with put as (
  insert into product as kept (sku, name, description, price_amount, currency, seller_id)
  select sku, name, description, price_amount, currency, seller_id from import_row order by sku
      on conflict (sku) do update
     set name = excluded.name,
         description = case when $1::bool then excluded.description else kept.description end,
         price_amount = excluded.price_amount, currency = excluded.currency,
         seller_id = excluded.seller_id, version = kept.version + 1, updated_at = now()
   where (kept.name, kept.price_amount, kept.currency, kept.seller_id)
           is distinct from (excluded.name, excluded.price_amount, excluded.currency,
                             excluded.seller_id)
      or ($1::bool and kept.description is distinct from excluded.description)
  returning kept.sku, version
)
select coalesce(array_agg(sku) filter (where version = 1), '{}') as created,
       count(*) filter (where version > 1)::int as changed
  from put
