// The journal in Postgres. Writes of all checkouts that are waiting share one statement and so one
// flush; look-ups of keys that arrive in one tick share one read.

import type { RequestKey } from '../../actors/domain/checkout.ts'
import { COMPLETER_PATIENCE_MS } from '../../actors/domain/checkout-due.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { CheckoutId } from '../../actors/domain/ids.ts'
import type {
  CheckoutJournal,
  CheckoutWrite,
  KeyClaim,
  KeyRecord,
  OpenOutcome,
} from '../../actors/ports/checkout-journal.ts'
import { batchWriter } from '../batch-writer.ts'
import { type CheckoutRow, checkoutOfRow, documentOfWrite, type KeyRow } from './checkout-row.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

interface Writing {
  readonly write: CheckoutWrite
  readonly opening: boolean
}

interface Written {
  key_free: boolean
  written: boolean
}

export interface JournalOptions {
  /** This process, as long as it lives: checkouts of others that are gone are taken over. */
  readonly owner: string
  readonly batchMax: number
}

export function postgresCheckoutJournal(
  writer: Pool,
  reader: Pool,
  { owner, batchMax }: JournalOptions,
): CheckoutJournal {
  const writeCheckouts = loadSql('write_checkouts')
  const loadCheckout = loadSql('load_checkout')
  const findRequestKeys = loadSql('find_request_keys')
  const claimRequestKeys = loadSql('claim_request_keys')
  const rememberAnswer = loadSql('remember_answer')
  const checkoutOfCart = loadSql('checkout_of_cart')
  const claimDueCheckouts = loadSql('claim_due_checkouts')

  const writes = batchWriter<Writing, Written>({
    batchMax,
    // One statement cannot decide twice about one checkout, one key or one cart.
    exclusiveKeys: ({ write: { checkout, claim }, opening }) => [
      checkout.id,
      ...(claim ? [nameOf(claim)] : []),
      ...(opening && checkout.cartId ? [checkout.cartId] : []),
    ],
    async flush(batch) {
      const documents = batch.map(({ write, opening }) => documentOfWrite(write, opening))
      return runStatement<Written>(writer, writeCheckouts, [JSON.stringify(documents), owner])
    },
  })

  const keyReads = batchWriter<RequestKey, KeyRecord | null>({
    batchMax,
    exclusiveKeys: () => [],
    async flush(batch) {
      const callers = batch.map(({ caller }) => caller)
      const keys = batch.map(({ key }) => key)
      const rows = await runStatement<KeyRow>(reader, findRequestKeys, [callers, keys])
      const byNumber = new Map(rows.map((row) => [row.number, keyOfRow(row)]))
      return batch.map((_, index) => byNumber.get(index + 1) ?? null)
    },
  })

  const claims = batchWriter<KeyClaim, boolean>({
    batchMax,
    exclusiveKeys: (claim) => [nameOf(claim)],
    async flush(batch) {
      const columns = [
        batch.map(({ caller }) => caller),
        batch.map(({ key }) => key),
        batch.map(({ fingerprint }) => fingerprint),
        batch.map(({ requestId }) => requestId),
      ]
      const rows = await runStatement<RequestKey>(reader, claimRequestKeys, columns)
      const taken = new Set(rows.map(nameOf))
      return batch.map((claim) => taken.has(nameOf(claim)))
    },
  })

  return {
    async open(checkout, claim): Promise<OpenOutcome> {
      const write = { checkout, relined: true, claim, answers: [], order: null, events: [] }
      const outcome = await writes.add({ write, opening: true })
      if (outcome.written) return { kind: 'opened' }
      // A repeat finds the cart taken by its own first try: the key comes before the cart.
      if (checkout.cartId !== null && (await keyReads.add(claim)) === null) {
        const rows = await runStatement<{ id: CheckoutId }>(reader, checkoutOfCart, [
          checkout.cartId,
        ])
        const [taken] = rows
        if (taken) return { kind: 'cart_taken', checkoutId: taken.id }
      }
      return { kind: 'key_taken' }
    },
    async write(write) {
      const outcome = await writes.add({ write, opening: false })
      if (!outcome.key_free) return 'key_taken'
      return outcome.written ? 'written' : 'stale'
    },
    async load(id) {
      const [row] = await runStatement<CheckoutRow>(reader, loadCheckout, [id])
      return row ? checkoutOfRow(row) : null
    },
    findKey: keyReads.add,
    async claim(claim) {
      if (await claims.add(claim)) return null
      const known = await keyReads.add(claim)
      if (known) return known
      throw new RetryLater('journal_unavailable', 'the key was being written by another request')
    },
    async remember(claim, checkoutId, answer) {
      const { caller, key, fingerprint, requestId } = claim
      const values = [caller, key, fingerprint, requestId, checkoutId, JSON.stringify(answer)]
      await runStatement(reader, rememberAnswer, values)
    },
    async claimDue(limit) {
      const seconds = COMPLETER_PATIENCE_MS / 1_000
      const rows = await runStatement<{ id: CheckoutId }>(reader, claimDueCheckouts, [
        owner,
        limit,
        seconds,
      ])
      return rows.map(({ id }) => id)
    },
  }
}

function nameOf({ caller, key }: RequestKey): string {
  return `${caller}\n${key}`
}

function keyOfRow(row: KeyRow): KeyRecord {
  return {
    fingerprint: row.fingerprint,
    requestId: row.request_id,
    checkoutId: row.checkout_id,
    answer: row.answer,
  }
}
