-- import_create_seen.sql: the SKUs of one import so far, and the line each was first on. It is the
-- session's own, so that memory stays flat however long the file is.
create temporary table import_seen (
  sku  text collate "C" primary key,
  line integer not null
)
