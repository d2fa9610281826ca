-- count_checkouts.sql: how many checkouts are in each state.
select state, count(*)::int as checkouts from checkout group by state
