-- find_request_keys.sql: what is known of many requests, in one read.
-- $1 caller[]  $2 key[]
select wanted.number::int, request_key.fingerprint, request_key.request_id,
       request_key.checkout_id, request_key.answer
  from unnest($1::text[], $2::text[]) with ordinality as wanted (caller, key, number)
  join request_key on request_key.caller = wanted.caller and request_key.key = wanted.key
 -- A key whose checkout was never written was claimed in vain: it is as good as unknown.
 where request_key.answer is not null
    or request_key.checkout_id is null
    or exists (select 1 from checkout where checkout.id = request_key.checkout_id)
