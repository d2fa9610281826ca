-- audit_stock_answers.sql: one page of the requests that were told that stock changed.
-- $1 caller and $2 key to go on after  $3 requests at most
select caller, key, answer ->> 'sku' as sku
  from request_key
 where (caller, key) > ($1, $2) and answer ->> 'kind' = 'stock_changed'
 order by caller, key
 limit $3
