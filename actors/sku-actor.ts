// One SKU: the only writer of its stock. Commands wait in an inbox; a bell wakes the actor, which
// takes what is there, decides it all in memory, appends every resulting entry in one ledger call
// and answers everybody, refusals included, only when that call has committed. What arrives
// meanwhile is the next batch: group commit without a timer and without waiting when idle.
//
//   loading -> live -> loading   an append failed or was refused: memory is thrown away and the
//                                ledger is read again by the next command
//   live -> sealed -> gone       the directory drains it; nothing is taken any more
//
// While loading or live the inbox takes commands; sealed finishes what it has.

import { Bug, RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { Balances, LedgerEntry } from './domain/ledger-entry.ts'
import { NO_OUTAGES } from './domain/outages.ts'
import {
  appendFact,
  balancesOf,
  countBuyers,
  emptyStock,
  forgetOldest,
  rememberEntries,
  replayEntry,
  type SkuStock,
} from './domain/sku-stock.ts'
import type { StockCommand, StockReply } from './domain/stock-command.ts'
import {
  decide,
  decideExpiries,
  needsCount,
  needsLookUp,
  nextExpiryMs,
  type StockTime,
} from './domain/stock-decisions.ts'
import type { LedgerClock } from './ledger-clock.ts'
import type { Cancel, Clock } from './ports/clock.ts'
import type { AppendOutcome, Ledger } from './ports/ledger.ts'
import type { ActorSystem, SerialActor } from './serial-actor.ts'

/** A question that changes nothing: what are the balances? */
export interface Look {
  readonly kind: 'look'
}

export interface PendingCommand {
  readonly command: StockCommand | Look
  /** By the monotonic clock; later the command is dropped: no caller finds a ghost hold. */
  readonly deadlineMs: number
  readonly resolve: (reply: StockReply) => void
  readonly reject: (error: unknown) => void
}

export interface SkuActorDeps {
  readonly system: ActorSystem
  readonly ledger: Ledger
  readonly clock: Clock
  readonly ledgerClock: LedgerClock
  /** Commands decided in one append. */
  readonly batchMax: number
  readonly onFenced: (shard: number) => void
  readonly onBug: (actor: string, error: unknown) => void
}

export interface SkuActor {
  readonly sku: Sku
  /** Commands waiting, not counting those being decided. */
  waiting(): number
  idle(): boolean
  /** Balances of the last commit; null while nothing is loaded. */
  committed(): Balances | null
  offer(pending: PendingCommand): void
  stop(): void
}

const REPLAY_PAGE = 5_000
const EXPIRIES_MIN = 64
// A sweep reads every open hold (some 10 ms for 100,000 of them): holds that end in a trickle are
// gathered, or each batch of sales would pay for one.
const SWEEP_EVERY_MS = 250
// After a failed append the ledger is read again even if nobody asks: holds may be due. As long is
// waited while it is not known whether there was an outage.
const RELOAD_AFTER_MS = 1_000

export function spawnSkuActor(
  deps: SkuActorDeps,
  place: {
    readonly sku: Sku
    readonly shard: number
    readonly epoch: number
    readonly name: string
  },
): SkuActor {
  const { sku, shard, epoch } = place
  const inbox: PendingCommand[] = []
  let rung = false
  let busy = false
  let stopped = false
  let stock: SkuStock | null = null
  let committed: Balances | null = null
  // Nothing is swept before it. Infinity when no hold can expire.
  let noExpiryBeforeMs = Number.POSITIVE_INFINITY
  let alarm: Cancel = () => {}
  const actor: SerialActor<'bell'> = deps.system.spawn(place.name, onBell)

  function ring(): void {
    if (rung) return
    rung = true
    actor.tell('bell')
  }

  async function onBell(): Promise<void> {
    rung = false
    busy = true
    const batch = inbox.splice(0, deps.batchMax)
    try {
      await runBatch(batch)
    } catch (error) {
      forget()
      if (!(error instanceof RetryLater)) deps.onBug(place.name, error)
      const answer = error instanceof RetryLater ? error : new Bug('stock bug', { cause: error })
      for (const each of batch) each.reject(answer)
    } finally {
      busy = false
    }
    if (inbox.length > 0 || noExpiryBeforeMs <= deps.ledgerClock.nowMs()) ring()
    else armAlarm(stock === null ? RELOAD_AFTER_MS : noExpiryBeforeMs - deps.ledgerClock.nowMs())
  }

  async function runBatch(batch: readonly PendingCommand[]): Promise<void> {
    stock ??= await load()
    forgetOldest(stock)
    const live = batch.filter(dropWhenTooLate)
    await lookUpRepeats(stock, live)
    await countWhenLimited(stock, live)
    const time = { nowMs: deps.ledgerClock.nowMs(), outages: deps.ledgerClock.outages() }
    const head = { seq: stock.seq, hash: stock.hash }
    const entries: LedgerEntry[] = []
    const answers: (() => void)[] = []
    for (const each of live) answers.push(decideOne(stock, each, time, entries))
    expireDue(stock, time, Math.max(EXPIRIES_MIN, deps.batchMax - live.length), entries)
    if (entries.length > 0) {
      const outcome = await deps.ledger.append({
        sku,
        shard,
        epoch,
        headSeq: head.seq,
        headHash: head.hash,
        entries,
      })
      afterAppend(outcome)
    }
    committed = balancesOf(stock)
    for (const answer of answers) answer()
  }

  function dropWhenTooLate(pending: PendingCommand): boolean {
    if (pending.deadlineMs > deps.clock.monotonicMs()) return true
    pending.reject(new RetryLater('deadline_passed', `${sku} was too busy to decide in time`))
    return false
  }

  function decideOne(
    now: SkuStock,
    pending: PendingCommand,
    time: StockTime,
    entries: LedgerEntry[],
  ): () => void {
    const { command, resolve, reject } = pending
    if (command.kind === 'look') {
      const balances = balancesOf(now)
      return () => resolve({ ok: true, holdState: null, balances })
    }
    const decision = decide(now, command, time)
    if (!decision.ok) {
      const { refusal, remaining } = decision
      if (refusal === 'expiry_passed' && !deps.ledgerClock.knowsOutages()) {
        return () => reject(new RetryLater('ledger_unavailable', `${sku}: after an outage`))
      }
      const { available } = now
      return () => resolve({ ok: false, refusal, available, remaining })
    }
    if (decision.fact !== null) {
      entries.push(appendFact(now, decision.fact, epoch))
      const { expiresAtMs } = decision.fact
      if (expiresAtMs !== null) noExpiryBeforeMs = Math.min(noExpiryBeforeMs, expiresAtMs)
      if (decision.fact.kind === 'unpin') noExpiryBeforeMs = time.nowMs
    }
    const { holdState } = decision
    const balances = balancesOf(now)
    return () => resolve({ ok: true, holdState, balances })
  }

  function expireDue(now: SkuStock, time: StockTime, limit: number, entries: LedgerEntry[]): void {
    const { nowMs, outages } = time
    if (noExpiryBeforeMs > nowMs) return
    if (!deps.ledgerClock.knowsOutages()) {
      noExpiryBeforeMs = nowMs + RELOAD_AFTER_MS
      return
    }
    const due = decideExpiries(now, time, limit)
    for (const fact of due) entries.push(appendFact(now, fact, epoch))
    if (due.length === limit) return
    const next = nextExpiryMs(now, outages) ?? Number.POSITIVE_INFINITY
    noExpiryBeforeMs = Math.max(next, nowMs + SWEEP_EVERY_MS)
  }

  function afterAppend(outcome: AppendOutcome): void {
    if (outcome.kind === 'committed') {
      deps.ledgerClock.observe(outcome.ledgerNowMs)
      return
    }
    if (outcome.refusal === 'stale_epoch') {
      deps.onFenced(shard)
      throw new RetryLater('sku_moved', `${sku} is served by another process now`)
    }
    throw new RetryLater('ledger_conflict', `${sku}: ${outcome.detail}`)
  }

  async function lookUpRepeats(now: SkuStock, batch: readonly PendingCommand[]): Promise<void> {
    const holdIds = []
    const commandIds = []
    for (const { command } of batch) {
      if (command.kind === 'look' || !needsLookUp(now, command)) continue
      if ('commandId' in command) commandIds.push(command.commandId)
      if ('holdId' in command) holdIds.push(command.holdId)
    }
    if (holdIds.length + commandIds.length === 0) return
    rememberEntries(now, await deps.ledger.lookUp(sku, { holdIds, commandIds }))
  }

  async function countWhenLimited(now: SkuStock, batch: readonly PendingCommand[]): Promise<void> {
    const limited = batch.some(({ command }) => command.kind !== 'look' && needsCount(now, command))
    if (limited) countBuyers(now, await deps.ledger.unitsSold(sku, now.seq))
  }

  async function load(): Promise<SkuStock> {
    const fresh = emptyStock(sku)
    for (;;) {
      const page = await deps.ledger.entriesAfter(sku, fresh.seq, REPLAY_PAGE)
      for (const entry of page) replayEntry(fresh, entry)
      forgetOldest(fresh)
      if (page.length < REPLAY_PAGE) break
    }
    noExpiryBeforeMs = nextExpiryMs(fresh, NO_OUTAGES) ?? Number.POSITIVE_INFINITY
    return fresh
  }

  function forget(): void {
    stock = null
    committed = null
    noExpiryBeforeMs = Number.POSITIVE_INFINITY
  }

  function armAlarm(delayMs: number): void {
    alarm()
    if (stopped) return
    alarm = Number.isFinite(delayMs) ? deps.clock.after(Math.max(1, delayMs), ring) : () => {}
  }

  return {
    sku,
    waiting: () => inbox.length,
    idle: () => !busy && !rung && inbox.length === 0,
    committed: () => committed,
    offer(pending) {
      inbox.push(pending)
      ring()
    },
    stop() {
      stopped = true
      alarm()
      actor.stop()
    },
  }
}
