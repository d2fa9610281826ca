// A ledger entry as operators see it: whole, hashes included, so that it can be checked by hand.

import { z } from '@hono/zod-openapi'
import { ENTRY_KINDS, type LedgerEntry } from '../../../actors/domain/ledger-entry.ts'
import { TimeSchema, timeBody } from './time.ts'

export const LedgerEntrySchema = z
  .strictObject({
    seq: z.int(),
    kind: z.enum(ENTRY_KINDS),
    quantity: z.int(),
    at: TimeSchema,
    hold_id: z.string().nullable(),
    checkout_id: z.string().nullable(),
    buyer: z.string().nullable(),
    command_id: z.string().nullable(),
    expires_at: TimeSchema.nullable(),
    received: z.int(),
    available: z.int(),
    held: z.int(),
    sold: z.int(),
    epoch: z.int(),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .openapi('LedgerEntry')

export function ledgerEntryBody(entry: LedgerEntry): z.infer<typeof LedgerEntrySchema> {
  return {
    seq: entry.seq,
    kind: entry.kind,
    quantity: entry.quantity,
    at: timeBody(entry.atMs),
    hold_id: entry.holdId,
    checkout_id: entry.checkoutId,
    buyer: entry.buyer,
    command_id: entry.commandId,
    expires_at: entry.expiresAtMs === null ? null : timeBody(entry.expiresAtMs),
    received: entry.received,
    available: entry.available,
    held: entry.held,
    sold: entry.sold,
    epoch: entry.epoch,
    prev_hash: entry.prevHash,
    hash: entry.hash,
  }
}
