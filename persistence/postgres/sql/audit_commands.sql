-- audit_commands.sql: which of these commands a SKU carried out.
-- $1 skus[]  $2 command ids[], pairwise
select entry.sku, entry.command_id
  from unnest($1::text[], $2::text[]) as wanted (sku, command_id)
  join ledger_entry as entry
    on entry.sku = wanted.sku and entry.command_id = wanted.command_id
   and entry.command_id is not null
