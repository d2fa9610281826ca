-- import_forget_told.sql: drop what was told long ago. The newest row stays: ids are read from it.
delete from imported_stock
 where imported_at < now() - interval '1 day'
   and id < (select max(id) from imported_stock)
