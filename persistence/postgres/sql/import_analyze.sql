-- import_analyze.sql: tell the planner what became of the tables.
analyze product, ledger_entry
