-- units_sold.sql: the units of a SKU that each buyer bought and did not give back.
-- $1 sku  $2 seq up to which
-- A return is counted for whoever its hold was sold to: old returns name no buyer.
select buyer, sum(units)::float8 as units
  from (
    select buyer, quantity as units
      from ledger_entry
     where sku = $1 and seq <= $2 and kind = 'commit'
    union all
    select sale.buyer, -back.quantity
      from ledger_entry as back
      join ledger_entry as sale
        on sale.sku = back.sku and sale.hold_id = back.hold_id and sale.kind = 'commit'
     where back.sku = $1 and back.seq <= $2 and back.kind = 'return'
  ) as moved
 where buyer is not null
 group by buyer
having sum(units) <> 0
