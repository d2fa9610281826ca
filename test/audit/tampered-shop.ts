// The sample shop in a database that forgot its constraints: whatever a test does to a row, only
// the audit is left to see it.

import assert from 'node:assert/strict'
import type pg from 'pg'
import { hashOfEntry } from '../../actors/domain/hash.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { GENESIS_HASH } from '../../actors/domain/ledger-entry.ts'
import { postgresAuditSource } from '../../persistence/postgres/postgres-audit-source.ts'
import { postgresLedger } from '../../persistence/postgres/postgres-ledger.ts'
import { runAudit } from '../../src/audit/audit.ts'
import type { CheckId } from '../../src/audit/checks.ts'
import type { GatewayBooks, GatewayOrder } from '../../src/audit/gateway-books.ts'
import type { AuditReport } from '../../src/audit/report.ts'
import { sampleBooks, writeSampleHistory } from './sample-history.ts'

export interface TamperedShop {
  readonly pool: pg.Pool
  /** Empties the tables and writes the sample history again. */
  reset(): Promise<void>
  run(sql: string, values?: readonly unknown[]): Promise<void>
  /** Seals the entries of a SKU anew, as a forger would who knows how the chain is made. */
  reseal(sku: string): Promise<void>
  audit(books?: readonly GatewayOrder[] | null): Promise<AuditReport>
  /** Audits, expects violations of exactly these checks, and an example of each to match. */
  expect(found: Partial<Record<CheckId, RegExp>>, books?: readonly GatewayOrder[]): Promise<void>
}

export async function openTamperedShop(pool: pg.Pool): Promise<TamperedShop> {
  await dropConstraints(pool)
  const ledger = postgresLedger(pool, pool, pool)

  async function run(sql: string, values: readonly unknown[] = []): Promise<void> {
    const { rowCount } = await pool.query(sql, [...values])
    assert.notEqual(rowCount, 0, `nothing was tampered with: ${sql}`)
  }

  async function audit(
    books: readonly GatewayOrder[] | null = sampleBooks(),
  ): Promise<AuditReport> {
    return runAudit({
      source: postgresAuditSource(pool),
      books: books === null ? null : booksThatSay(books),
      onProgress: () => {},
    })
  }

  return {
    pool,
    run,
    audit,
    async reset() {
      await pool.query(
        `truncate ledger_entry, sku_checkpoint, checkout, request_key, orders, order_line,
                  sub_order, payment_attempt, outbox, webhook_inbox, outage`,
      )
      await writeSampleHistory(pool)
    },
    async reseal(sku) {
      let prevHash = GENESIS_HASH
      for (const entry of await ledger.entriesAfter(sku as Sku, 0, 1_000)) {
        const hash = hashOfEntry({ ...entry, prevHash })
        await pool.query(
          `update ledger_entry set prev_hash = decode($3, 'hex'), hash = decode($4, 'hex')
            where sku = $1 and seq = $2`,
          [sku, entry.seq, prevHash, hash],
        )
        prevHash = hash
      }
    },
    async expect(found, books) {
      const report = await audit(books)
      const violated = report.checks.filter(({ violations }) => violations > 0)
      const text = JSON.stringify(violated, null, 2)
      assert.deepEqual(violated.map(({ id }) => id).sort(), Object.keys(found).sort(), text)
      assert.equal(report.ok, violated.length === 0)
      for (const { id, examples } of violated) {
        const named = examples.some((example) => found[id]?.test(example))
        assert.ok(named, `no example of ${id} is like ${found[id]}:\n${examples.join('\n')}`)
      }
    },
  }
}

function booksThatSay(orders: readonly GatewayOrder[]): GatewayBooks {
  return { read: async () => orders }
}

async function dropConstraints(pool: pg.Pool): Promise<void> {
  await pool.query(`
    do $$
    declare promise record;
    begin
      for promise in
        select conrelid::regclass as place, conname as name from pg_constraint
         where connamespace = 'public'::regnamespace
           and (contype in ('c', 'u', 'f') or conrelid = 'webhook_inbox'::regclass)
           -- PostgreSQL 18 lists "not null" here, too, and a key's cannot be dropped.
           and contype <> 'n'
           and conrelid <> 0
      loop
        execute format('alter table %s drop constraint %I', promise.place, promise.name);
      end loop;
      for promise in
        select indexrelid::regclass as name from pg_index join pg_class on oid = indrelid
         where relnamespace = 'public'::regnamespace and indisunique and not indisprimary
      loop
        execute format('drop index %s', promise.name);
      end loop;
    end $$`)
}
