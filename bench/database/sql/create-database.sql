-- create-database.sql: an empty database for one replay.
-- {database}  its quoted name; a name cannot be a parameter of this statement
create database {database}
