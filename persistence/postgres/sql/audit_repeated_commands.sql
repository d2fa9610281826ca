-- audit_repeated_commands.sql: command ids that a SKU carried out more than once.
-- $1 rows at most
select sku as of, command_id as id, count(*)::int as times
  from ledger_entry
 where command_id is not null
 group by sku, command_id
having count(*) > 1
 order by sku, command_id
 limit $1
