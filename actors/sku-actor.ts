// One SKU: the only writer of its stock. Commands wait in an inbox; a bell wakes the actor, which
// takes what is there, decides it all in memory, appends every resulting entry in one ledger call
// and answers everybody, refusals included, only when that call has committed. What arrives
// meanwhile is the next batch: group commit without a timer and without waiting when idle.
//
//   loading -> live            the ledger was read, with or without a cache (stock-recovery.ts)
//   live -> loading            an append failed or was refused: memory is thrown away, and the
//                              ledger is read again by the next command
//   loading | live -> sealed   the directory wants it gone: the batch in flight ends, none is begun
//   sealed -> gone             what is still in the inbox is handed to the next incarnation
//
// A class, because there may be tens of thousands of idle ones in memory: methods are shared, and
// the nact actor that runs them is let go of while there is nothing to run (`park`).

import assert from 'node:assert/strict'
import { Bug, RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { Balances, LedgerEntry } from './domain/ledger-entry.ts'
import { NO_OUTAGES } from './domain/outages.ts'
import {
  appendFact,
  balancesOf,
  countBuyers,
  forgetOldest,
  rememberEntries,
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
import type { Clock } from './ports/clock.ts'
import type { AppendOutcome, Ledger } from './ports/ledger.ts'
import type { ActorSystem, SerialActor } from './serial-actor.ts'
import { type KeptMarks, marksOf, type StockKeeper } from './stock-keeper.ts'
import type { StockRecovery } from './stock-recovery.ts'
import type { WakeUps } from './wake-ups.ts'

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

/** What the directory shares among its actors. */
export interface SkuActorHouse {
  readonly recovery: StockRecovery
  readonly keeper: StockKeeper
  readonly wakeUps: WakeUps
  /** A name that no actor ever had. */
  readonly newName: (sku: Sku, epoch: number) => string
}

export interface SkuPlace {
  readonly sku: Sku
  readonly shard: number
  readonly epoch: number
}

const LIFE = {
  loading: ['live', 'sealed'],
  live: ['loading', 'sealed'],
  sealed: ['gone'],
  gone: [],
} as const satisfies Record<string, readonly string[]>

export type SkuActorLife = keyof typeof LIFE

const EXPIRIES_MIN = 64
// A sweep reads every open hold (some 10 ms for 100,000 of them): holds that end in a trickle are
// gathered, or each batch of sales would pay for one.
const SWEEP_EVERY_MS = 250
// After a failed append the ledger is read again even if nobody asks: holds may be due. What is
// broken is read more rarely.
const RELOAD_AFTER_MS = 1_000
const RELOAD_AFTER_BUG_MS = 60_000
const NEVER = Number.POSITIVE_INFINITY

export class SkuActor {
  readonly sku: Sku
  private readonly place: SkuPlace
  private readonly deps: SkuActorDeps
  private readonly house: SkuActorHouse
  private life: SkuActorLife = 'loading'
  private inbox: PendingCommand[] = []
  private rung = false
  private busy = false
  /** Somebody said that a hold may be due; true until it has been looked at. */
  private due = false
  private stock: SkuStock | null = null
  private marks: KeptMarks | null = null
  private lastCommit: Balances | null = null
  /** Nothing is swept before it. Infinity when no hold can expire. */
  private noExpiryBeforeMs = NEVER
  private executor: SerialActor<'bell'> | null = null
  private handOver: ((left: readonly PendingCommand[]) => void) | null = null

  constructor(deps: SkuActorDeps, house: SkuActorHouse, place: SkuPlace) {
    this.sku = place.sku
    this.deps = deps
    this.house = house
    this.place = place
  }

  /** Commands waiting, not counting those being decided. */
  waiting(): number {
    return this.inbox.length
  }

  /** True when nothing waits, nothing runs and nothing is about to. */
  idle(): boolean {
    return !this.busy && !this.rung && this.inbox.length === 0
  }

  /** Balances of the last commit; null while nothing is loaded. */
  committed(): Balances | null {
    return this.lastCommit
  }

  /** When it wants to be woken for its next ending, by the ledger's time; null: it does not. */
  nextEndingMs(): number | null {
    return this.noExpiryBeforeMs === NEVER ? null : this.noExpiryBeforeMs
  }

  offer(pending: PendingCommand): void {
    assert(this.life === 'loading' || this.life === 'live', 'a sealed SKU takes no command')
    this.inbox.push(pending)
    this.ring()
  }

  /** Has it look at what is due, even if nobody asks. */
  wake(): void {
    this.due = true
    this.ring()
  }

  private ring(): void {
    if (this.rung) return
    this.rung = true
    this.executor ??= this.spawnExecutor()
    this.executor.tell('bell')
  }

  private spawnExecutor(): SerialActor<'bell'> {
    const name = this.house.newName(this.sku, this.place.epoch)
    return this.deps.system.spawn(name, () => this.onBell())
  }

  /** Gives back what an idle SKU does not need to stay in memory; false: it has already. */
  park(): boolean {
    if (this.executor === null || !this.idle()) return false
    this.executor.stop()
    this.executor = null
    return true
  }

  /**
   * Ends it: the batch in flight is finished, and resolves with the commands that were not begun,
   * in their order. At once when it is idle. The state is kept for whoever loads it next.
   */
  seal(): Promise<readonly PendingCommand[]> {
    this.moveTo('sealed')
    return new Promise((resolve) => {
      this.handOver = resolve
      if (!this.busy && !this.rung) this.leave()
    })
  }

  private isSealed(): boolean {
    return this.life === 'sealed'
  }

  private moveTo(next: SkuActorLife): void {
    if (next === this.life) return
    const allowed: readonly SkuActorLife[] = LIFE[this.life]
    assert(allowed.includes(next), `a SKU actor cannot go from ${this.life} to ${next}`)
    this.life = next
  }

  private leave(): void {
    this.moveTo('gone')
    this.executor?.stop()
    this.executor = null
    if (this.stock && this.marks) this.house.keeper.consider(this.stock, this.marks, 'eviction')
    // It was woken and had no time to look: the next incarnation has to.
    if (this.due) this.house.wakeUps.set(this.sku, this.deps.ledgerClock.nowMs())
    this.handOver?.(this.inbox.splice(0))
  }

  private async onBell(): Promise<void> {
    this.rung = false
    if (this.isSealed()) return this.leave()
    this.busy = true
    const batch = this.inbox.splice(0, this.deps.batchMax)
    try {
      await this.runBatch(batch)
      this.setWakeUp()
    } catch (error) {
      this.startOver(error)
      const answer = error instanceof RetryLater ? error : new Bug('stock bug', { cause: error })
      for (const each of batch) each.reject(answer)
    } finally {
      this.busy = false
    }
    if (this.isSealed()) return this.leave()
    if (this.inbox.length > 0 || this.noExpiryBeforeMs <= this.deps.ledgerClock.nowMs()) this.wake()
  }

  /** The next command, or a while, finds the ledger as it is by then. */
  private startOver(error: unknown): void {
    const isBug = !(error instanceof RetryLater)
    if (isBug) this.deps.onBug(this.place.sku, error)
    this.stock = null
    this.marks = null
    this.lastCommit = null
    this.noExpiryBeforeMs = NEVER
    if (this.life === 'live') this.moveTo('loading')
    const afterMs = isBug ? RELOAD_AFTER_BUG_MS : RELOAD_AFTER_MS
    this.house.wakeUps.set(this.sku, this.deps.ledgerClock.nowMs() + afterMs)
  }

  private setWakeUp(): void {
    if (this.stock !== null) this.house.wakeUps.set(this.sku, this.nextEndingMs())
  }

  private async runBatch(batch: readonly PendingCommand[]): Promise<void> {
    const stock = this.stock ?? (await this.load(batch))
    const live = batch.filter((each) => this.dropWhenTooLate(each))
    if (stock === null) return
    this.due = false
    forgetOldest(stock)
    await this.lookUpRepeats(stock, live)
    await this.countWhenLimited(stock, live)
    const { ledgerClock } = this.deps
    const time = { nowMs: ledgerClock.nowMs(), outages: ledgerClock.outages() }
    const { seq: headSeq, hash: headHash } = stock
    const entries: LedgerEntry[] = []
    const answers = live.map((each) => this.decideOne(stock, each, time, entries))
    const roomLeft = Math.max(EXPIRIES_MIN, this.deps.batchMax - live.length)
    this.expireDue(stock, time, roomLeft, entries)
    if (entries.length > 0) {
      const { sku, shard, epoch } = this.place
      const append = { sku, shard, epoch, headSeq, headHash, entries }
      this.afterAppend(await this.deps.ledger.append(append))
    }
    this.lastCommit = balancesOf(stock)
    for (const answer of answers) answer()
    if (this.marks) this.house.keeper.consider(stock, this.marks, 'commit')
  }

  /** null: by its turn all who asked had given up. */
  private async load(batch: readonly PendingCommand[]): Promise<SkuStock | null> {
    const isWanted = () => {
      const nowMs = this.deps.clock.monotonicMs()
      return this.due || batch.some(({ deadlineMs }) => deadlineMs > nowMs)
    }
    const loaded = await this.house.recovery.load(this.sku, isWanted)
    if (loaded === null) return null
    this.stock = loaded.stock
    this.marks = marksOf(loaded)
    this.noExpiryBeforeMs = nextExpiryMs(loaded.stock, NO_OUTAGES) ?? NEVER
    if (this.life === 'loading') this.moveTo('live')
    return loaded.stock
  }

  private dropWhenTooLate(pending: PendingCommand): boolean {
    if (pending.deadlineMs > this.deps.clock.monotonicMs()) return true
    const why = `${this.sku} was too busy to decide in time`
    pending.reject(new RetryLater('deadline_passed', why))
    return false
  }

  private decideOne(
    stock: SkuStock,
    { command, resolve }: PendingCommand,
    time: StockTime,
    entries: LedgerEntry[],
  ): () => void {
    if (command.kind === 'look') {
      const balances = balancesOf(stock)
      return () => resolve({ ok: true, holdState: null, balances })
    }
    const decision = decide(stock, command, time)
    if (!decision.ok) {
      const { refusal, remaining } = decision
      const { available } = stock
      return () => resolve({ ok: false, refusal, available, remaining })
    }
    if (decision.fact !== null) {
      entries.push(appendFact(stock, decision.fact, this.place.epoch))
      const { expiresAtMs, kind } = decision.fact
      if (expiresAtMs !== null) {
        this.noExpiryBeforeMs = Math.min(this.noExpiryBeforeMs, expiresAtMs)
      }
      if (kind === 'unpin') this.noExpiryBeforeMs = time.nowMs
    }
    const { holdState } = decision
    const balances = balancesOf(stock)
    return () => resolve({ ok: true, holdState, balances })
  }

  private expireDue(stock: SkuStock, time: StockTime, limit: number, entries: LedgerEntry[]): void {
    const { nowMs, outages } = time
    if (this.noExpiryBeforeMs > nowMs) return
    const due = decideExpiries(stock, time, limit)
    for (const fact of due) entries.push(appendFact(stock, fact, this.place.epoch))
    if (due.length === limit) return
    const next = nextExpiryMs(stock, outages) ?? NEVER
    this.noExpiryBeforeMs = Math.max(next, nowMs + SWEEP_EVERY_MS)
  }

  private afterAppend(outcome: AppendOutcome): void {
    if (outcome.kind === 'committed') {
      this.deps.ledgerClock.observe(outcome.ledgerNowMs)
      return
    }
    if (outcome.refusal === 'stale_epoch') {
      this.deps.onFenced(this.place.shard)
      throw new RetryLater('sku_moved', `${this.sku} is served by another process now`)
    }
    throw new RetryLater('ledger_conflict', `${this.sku}: ${outcome.detail}`)
  }

  private async lookUpRepeats(stock: SkuStock, batch: readonly PendingCommand[]): Promise<void> {
    const holdIds = []
    const commandIds = []
    for (const { command } of batch) {
      if (command.kind === 'look' || !needsLookUp(stock, command)) continue
      if ('commandId' in command) commandIds.push(command.commandId)
      if ('holdId' in command) holdIds.push(command.holdId)
    }
    if (holdIds.length + commandIds.length === 0) return
    rememberEntries(stock, await this.deps.ledger.lookUp(this.sku, { holdIds, commandIds }))
  }

  private async countWhenLimited(stock: SkuStock, batch: readonly PendingCommand[]): Promise<void> {
    const limited = batch.some(
      ({ command }) => command.kind !== 'look' && needsCount(stock, command),
    )
    if (limited) countBuyers(stock, await this.deps.ledger.unitsSold(this.sku, stock.seq))
  }
}
