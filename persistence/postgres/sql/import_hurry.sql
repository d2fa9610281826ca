-- import_hurry.sql: from here to the end of the transaction, neither a statement nor a pause may
-- take longer: signs of life and takeovers wait for our locks.
-- $1 milliseconds
select set_config('statement_timeout', $1::int::text, true),
       set_config('idle_in_transaction_session_timeout', $1::int::text, true)
