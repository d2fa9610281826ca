-- claim_request_keys.sql: take keys for requests that move no checkout, before they do anything.
-- $1 caller[]  $2 key[]  $3 fingerprint[]  $4 request_id[]; no two of one key
-- Answers one row per key that was taken; the others are somebody's. A key that was claimed in vain
-- is taken over as in write_checkouts.sql. In one order, so that two processes never deadlock.
insert into request_key (caller, key, fingerprint, request_id)
select caller, key, fingerprint, request_id
  from unnest($1::text[], $2::text[], $3::text[], $4::text[])
       as wanted (caller, key, fingerprint, request_id)
 order by caller, key
    on conflict (caller, key) do update
   set checkout_id = null, fingerprint = excluded.fingerprint, request_id = excluded.request_id
 where request_key.answer is null
   and not exists (select 1 from checkout where checkout.id = request_key.checkout_id)
   and exists (
     select 1 from request_key as seen
      where seen.caller = request_key.caller
        and seen.key = request_key.key
        and seen.checkout_id = request_key.checkout_id
   )
returning caller, key
