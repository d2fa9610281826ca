-- remember_answer.sql: keep the answer of a request that changed no checkout.
-- $1 caller  $2 key  $3 fingerprint  $4 request_id  $5 checkout_id  $6 answer
insert into request_key (caller, key, fingerprint, request_id, checkout_id, answer, answered_at)
values ($1, $2, $3, $4, $5, $6, clock_timestamp())
    on conflict (caller, key) do update
   set answer = excluded.answer, answered_at = excluded.answered_at
 where request_key.answer is null and request_key.fingerprint = excluded.fingerprint
