-- drop-database.sql: takes a replay's database away, whoever is still connected to it.
-- {database}  its quoted name; a name cannot be a parameter of this statement
drop database if exists {database} with (force)
