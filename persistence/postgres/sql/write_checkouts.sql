-- write_checkouts.sql: move many checkouts on in one commit, each by compare-and-set on its
-- version, together with what becomes true by it: the key that asked, answers, order, payment and
-- events.
-- $1 a JSON array of writes (see checkout-row.ts); no two of one checkout, one key or one cart
-- $2 this process, as the owner of what it is working on
-- Answers one row per write: its number (from 1), whether its key was free, whether it was written.
with input as (
  select number, write.*
    from jsonb_array_elements($1::jsonb) with ordinality as element (document, number),
         jsonb_to_record(document) as write (
           id text, expected_version int, claim jsonb, checkout jsonb, answers jsonb,
           "order" jsonb, lines jsonb, events jsonb
         )
),
asked as (
  select input.number, input.id, claim.caller, claim.key, claim.fingerprint, claim.request_id
    from input,
         jsonb_to_record(input.claim) as claim (
           caller text, key text, fingerprint text, request_id text
         )
   where input.claim is not null
     -- A cart that is being bought elsewhere claims no key: its request is answered, not kept.
     -- (The states that free a cart are those of the index cart_has_one_live_checkout.)
     and not exists (
       select 1 from checkout
        where input.expected_version is null
          and checkout.cart_id = input.checkout ->> 'cart_id'
          and checkout.state not in ('cancelled', 'expired', 'fraud_rejected', 'reversed')
     )
     -- Nor does a write that comes too late: its key would point at what it did not do.
     and (
       input.expected_version is null
       or exists (
         select 1 from checkout
          where checkout.id = input.id and checkout.version = input.expected_version
       )
     )
),
-- A key whose checkout was never written was claimed in vain, and is taken over by a repeat. What
-- `on conflict` waited for is newer than this statement's view of `checkout`: only a key that the
-- view shows can be told to be in vain, one that was committed meanwhile is somebody's.
claimed as (
  insert into request_key (caller, key, fingerprint, request_id, checkout_id)
  select caller, key, fingerprint, request_id, id from asked
      on conflict (caller, key) do update
     set checkout_id = excluded.checkout_id, fingerprint = excluded.fingerprint,
         request_id = excluded.request_id
   where request_key.answer is null
     and not exists (select 1 from checkout where checkout.id = request_key.checkout_id)
     and exists (
       select 1 from request_key as seen
        where seen.caller = request_key.caller
          and seen.key = request_key.key
          and seen.checkout_id = request_key.checkout_id
     )
  returning caller, key
),
allowed as (
  select input.*
    from input
    left join asked on asked.number = input.number
   where input.claim is null or (asked.caller, asked.key) in (select caller, key from claimed)
),
next as (
  select allowed.expected_version, c.*
    from allowed,
         jsonb_to_record(allowed.checkout) as c (
           id text, user_shard smallint, user_id text, guest boolean, state text, version int,
           cart_id text, lines jsonb, currency text, total_amount bigint, price_changes jsonb,
           shipping_address jsonb, order_id text, payment jsonb, ending text, open_request jsonb,
           cancel_request jsonb, revision jsonb, revisions int,
           created_at timestamptz, updated_at timestamptz,
           expires_at timestamptz, confirmed_at timestamptz, next_run_at timestamptz
         )
),
opened as (
  insert into checkout (
    id, user_shard, user_id, guest, state, version, cart_id, lines, currency, total_amount,
    price_changes, shipping_address, order_id, payment, ending, open_request, cancel_request,
    revision, revisions, created_at, updated_at, expires_at, confirmed_at, claim_owner, next_run_at
  )
  select id, user_shard, user_id, guest, state, version, cart_id, lines, currency, total_amount,
         price_changes, shipping_address, order_id, payment, ending, open_request, cancel_request,
         revision, revisions, created_at, updated_at, expires_at, confirmed_at, $2, next_run_at
    from next
   where expected_version is null
      on conflict do nothing
  returning id
),
moved as (
  update checkout
     set state = next.state, version = next.version,
         -- Lines and what they cost come along only when they are others than before.
         lines = coalesce(next.lines, checkout.lines), currency = next.currency,
         total_amount = next.total_amount,
         price_changes = coalesce(next.price_changes, checkout.price_changes),
         shipping_address = next.shipping_address, order_id = next.order_id,
         payment = next.payment, ending = next.ending, open_request = next.open_request,
         cancel_request = next.cancel_request, revision = next.revision,
         revisions = next.revisions, updated_at = next.updated_at,
         confirmed_at = next.confirmed_at, claim_owner = $2, next_run_at = next.next_run_at
    from next
   where checkout.id = next.id and checkout.version = next.expected_version
  returning checkout.id
),
written as (
  select id from opened union all select id from moved
),
effective as (
  select * from input where id in (select id from written)
),
answered as (
  update request_key
     set answer = given.answer, answered_at = clock_timestamp()
    from effective,
         jsonb_to_recordset(effective.answers) as given (caller text, key text, answer jsonb)
   where request_key.caller = given.caller
     and request_key.key = given.key
     -- A key that was taken over waits for the answer of another checkout.
     and request_key.checkout_id = effective.id
     and request_key.answer is null
  returning 1
),
placed as (
  insert into orders (
    id, user_shard, user_id, checkout_id, status, payment_status, payment_method, intent_id,
    currency, total_amount, authorised_amount, captured_amount, shipping_address, created_at,
    updated_at, confirmed_at
  )
  select o.order_id, c.user_shard, c.user_id, c.id, o.status, o.payment_status, o.method,
         o.intent_id, c.currency, c.total_amount, o.authorised_amount, o.captured_amount,
         c.shipping_address, o.started_at, c.updated_at, c.confirmed_at
    from effective
    join next as c on c.id = effective.id,
         jsonb_to_record(effective."order") as o (
           order_id text, status text, payment_status text, method text, intent_id text,
           authorised_amount bigint, captured_amount bigint, started_at timestamptz
         )
   where effective."order" is not null
      on conflict (id) do update
     set status = excluded.status, payment_status = excluded.payment_status,
         payment_method = excluded.payment_method, intent_id = excluded.intent_id,
         currency = excluded.currency, total_amount = excluded.total_amount,
         shipping_address = excluded.shipping_address,
         authorised_amount = excluded.authorised_amount,
         captured_amount = excluded.captured_amount, updated_at = excluded.updated_at,
         -- The attempt that pays is the one the buyer is told of.
         created_at = excluded.created_at, confirmed_at = excluded.confirmed_at
  returning 1
),
-- The lines of an order that is not paid can still be changed: what is sold replaces what was
-- meant to be.
lines_left_out as (
  delete from order_line
   using effective
   where (effective."order" ->> 'with_lines')::boolean
     and order_line.order_id = effective."order" ->> 'order_id'
     and not exists (
       select 1 from jsonb_to_recordset(effective.lines) as l (line int)
        where l.line = order_line.line
     )
  returning 1
),
sold_lines as (
  insert into order_line (
    order_id, line, sku, name, seller_id, quantity, unit_amount, total_amount, hold_id
  )
  select effective."order" ->> 'order_id', l.line, l.sku, l.name, l.seller_id, l.quantity,
         l.unit_amount, l.unit_amount * l.quantity, l.hold_id
    from effective,
         jsonb_to_recordset(effective.lines) as l (
           line int, sku text, name text, seller_id text, quantity int, unit_amount bigint,
           hold_id text
         )
   where (effective."order" ->> 'with_lines')::boolean
      on conflict (order_id, line) do update
     set sku = excluded.sku, name = excluded.name, seller_id = excluded.seller_id,
         quantity = excluded.quantity, unit_amount = excluded.unit_amount,
         total_amount = excluded.total_amount, hold_id = excluded.hold_id
  returning 1
),
parts_left_out as (
  delete from sub_order
   using effective
   where (effective."order" ->> 'with_lines')::boolean
     and sub_order.order_id = effective."order" ->> 'order_id'
     and not exists (
       select 1 from jsonb_to_recordset(effective."order" -> 'sub_orders') as part (seller_id text)
        where part.seller_id = sub_order.seller_id
     )
  returning 1
),
parts as (
  insert into sub_order (order_id, seller_id, status, total_amount)
  select effective."order" ->> 'order_id', part.seller_id, part.status, part.total_amount
    from effective,
         jsonb_to_recordset(effective."order" -> 'sub_orders') as part (
           seller_id text, status text, total_amount bigint
         )
   where effective."order" is not null
      on conflict (order_id, seller_id) do update
     set status = excluded.status, total_amount = excluded.total_amount
   where (sub_order.status, sub_order.total_amount)
         is distinct from (excluded.status, excluded.total_amount)
  returning 1
),
attempts as (
  insert into payment_attempt (
    order_id, attempt, method, status, intent_id, decline_code, amount, currency, started_at,
    updated_at
  )
  select o.order_id, o.attempt, o.method, o.payment_status, o.intent_id, o.decline_code,
         c.total_amount, c.currency, o.started_at, c.updated_at
    from effective
    join next as c on c.id = effective.id,
         jsonb_to_record(effective."order") as o (
           order_id text, attempt int, method text, payment_status text, intent_id text,
           decline_code text, started_at timestamptz
         )
   where effective."order" is not null
      on conflict (order_id, attempt) do update
     set status = excluded.status, intent_id = excluded.intent_id,
         decline_code = excluded.decline_code, updated_at = excluded.updated_at
  returning 1
),
told as (
  insert into outbox (order_id, user_id, topic, payload, created_at)
  select c.order_id, c.user_id, event.topic, event.payload, c.updated_at
    from effective
    join next as c on c.id = effective.id,
         jsonb_to_recordset(effective.events) as event (topic text, payload jsonb)
      on conflict (order_id, topic) do nothing
  returning 1
)
select input.number::int,
       -- Who asked for no key, or was too late to ask, found none taken.
       claim.key is null
         or (claim.caller, claim.key) in (select caller, key from claimed) as key_free,
       input.id in (select id from written) as written
  from input
  left join asked as claim on claim.number = input.number
 order by input.number
