-- products_by_skus.sql: the products of these SKUs; a SKU without one is left out.
-- $1 sku[]
select sku, name, description, price_amount, currency, seller_id, image_url, attributes, status,
       purchase_limit, version,
       floor(extract(epoch from updated_at) * 1000)::float8 as updated_at_ms
  from product
 where sku = any($1::text[])
