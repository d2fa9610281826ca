-- list_products_of_seller.sql: a page of one seller's products, as in list_products.sql. Its own
-- statement, so that it is planned on the index by seller.
-- $1 prefix of the SKU, or ''  $2 SKU to go on after, or ''  $3 at most  $4 seller_id
select sku, name, description, price_amount, currency, seller_id, image_url, attributes, status,
       purchase_limit, version,
       floor(extract(epoch from updated_at) * 1000)::float8 as updated_at_ms
  from product
 where seller_id = $4::text
   and sku >= $1::text and sku < $1::text || chr(127) and sku > $2::text
 order by sku
 limit $3
