-- list_products.sql: a page of products in bytewise order of SKU, which is the primary key's.
-- $1 prefix of the SKU, or ''  $2 SKU to go on after, or ''  $3 at most
-- A SKU holds nothing above 'z', so chr(127) ends the range of a prefix.
select sku, name, description, price_amount, currency, seller_id, image_url, attributes, status,
       purchase_limit, version,
       floor(extract(epoch from updated_at) * 1000)::float8 as updated_at_ms
  from product
 where sku >= $1::text and sku < $1::text || chr(127) and sku > $2::text
 order by sku
 limit $3
