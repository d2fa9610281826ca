-- Up Migration

-- A change of lines or address that is under way: what the checkout is to be, so that whoever finds
-- it half done can finish it. Kept until its holds are settled.
alter table checkout
  add column revision jsonb,
  add column revisions integer not null default 0,
  add constraint revising_knows_its_revision check (state <> 'revising' or revision is not null),
  add constraint revision_rests_with_its_checkout check (
    revision is null or state in ('revising', 'releasing')
  );
