// The connections one process keeps to a database. The ledger and the journal each write through a
// connection of their own, and pages read through a pool of theirs, so that a slow list delays no
// sale; what the sale itself reads, and the workers, share the rest.

import { openPool, type Pool } from './connect.ts'
import { firstContact } from './first-contact.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

const ledgerNow = loadSql('ledger_now')

export interface Database {
  readonly ledgerWriter: Pool
  readonly journalWriter: Pool
  readonly shared: Pool
  /** For read models and catalogue pages. */
  readonly pages: Pool
  /** For reading ledgers into memory: a long history delays nothing but itself. */
  readonly recovery: Pool
  /** For checkpoints, which are long and which nobody waits for. */
  readonly checkpoints: Pool
  /** True when the server answers a question within `timeoutMs`. */
  answers(timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

/** Throws, with what to do, when the server cannot be reached, is silent or is too old. */
export async function openDatabase(
  url: string,
  limits: {
    readonly sharedConnectionsMax: number
    readonly pageConnectionsMax: number
    readonly recoveryConnectionsMax: number
    readonly checkpointConnectionsMax: number
    readonly queryTimeoutMs: number
  },
  onIdleError: (error: Error) => void,
): Promise<Database> {
  await firstContact(url, async () => {})
  const { queryTimeoutMs } = limits
  const open = (name: string, connectionsMax: number) =>
    openPool(url, { name, connectionsMax, queryTimeoutMs }, onIdleError)
  const pools = {
    ledgerWriter: open('ledger', 1),
    journalWriter: open('journal', 1),
    shared: open('shared', limits.sharedConnectionsMax),
    pages: open('pages', limits.pageConnectionsMax),
    recovery: open('recovery', limits.recoveryConnectionsMax),
    checkpoints: open('checkpoints', limits.checkpointConnectionsMax),
  }
  const close = async () => {
    await Promise.all(Object.values(pools).map((pool) => pool.end()))
  }
  const answers = async (timeoutMs: number) => {
    const late = new Promise<false>((resolve) => setTimeout(resolve, timeoutMs, false).unref())
    const asked = runStatement(pools.shared, ledgerNow, [])
    return Promise.race([late, asked.then(() => true).catch(() => false)])
  }
  return { ...pools, answers, close }
}
