-- audit_repeated_holds.sql: hold ids that a SKU reserved more than once.
-- $1 rows at most
select sku as of, hold_id as id, count(*)::int as times
  from ledger_entry
 where kind = 'reserve'
 group by sku, hold_id
having count(*) > 1
 order by sku, hold_id
 limit $1
