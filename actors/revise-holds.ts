// Moves the stock of a checkout from its lines to those of its revision (checkout-revision.ts): all
// gains first, any of which may be refused, and then the surplus, which never is. A refused
// revision undoes its gains and nothing else.
//
// Every command is named by the hold and the number of the revision, so that asking twice is asking
// once. The holds end when they always did; one that ran out meanwhile ends the checkout.

import { allAnswered } from './all-answered.ts'
import type { Checkout } from './domain/checkout.ts'
import { type ResizedLine, revisionOf, stockChangesOf } from './domain/checkout-revision.ts'
import type { Outcome } from './domain/checkout-saga.ts'
import { Bug } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { OfHold, Resize, StockCommand } from './domain/stock-command.ts'
import type { CrashPoint, CrashPoints } from './ports/crash-points.ts'
import type { SkuRouter } from './ports/sku-router.ts'
import { takeAll, type Want, wantOfNew } from './take-holds.ts'

export interface RevisionDeps {
  readonly skus: SkuRouter
  readonly crashPoints: CrashPoints
}

interface Giving {
  readonly sku: Sku
  readonly command: OfHold | Resize
}

/** `repeat` says that some of it may be done already, from before a crash. */
export async function reviseHolds(
  { skus, crashPoints }: RevisionDeps,
  checkout: Checkout,
  repeat: boolean,
): Promise<Outcome> {
  const revision = revisionOf(checkout)
  if (revision.refused !== null)
    return undo({ skus, crashPoints }, checkout, revision.refused.taken)
  await crashPoints.reach('after_revision_journalled')
  const { number } = revision
  const { added, grown, shrunk, dropped } = stockChangesOf(checkout, revision)
  const gains = [
    ...added.map((line) => wantOfNew(checkout, line, repeat)),
    ...grown.map((resized) => wantOfGrown(resized, number)),
  ]
  const gained = await takeAll(reaching('after_first_gain', skus, crashPoints), gains, repeat)
  if (gained.kind === 'time_ran_out') return gained
  if (gained.kind === 'refused') return { ...gained, kind: 'revision_refused' }
  await crashPoints.reach('after_all_gains')
  const surplus = [
    ...dropped.map(({ sku, holdId }) => ({ sku, command: { kind: 'release', holdId } as const })),
    ...shrunk.map(({ line }) => ({
      sku: line.sku,
      command: resize(line.holdId, line.quantity, `resize:${line.holdId}:${number}`),
    })),
  ]
  const router = reaching('after_first_surplus', skus, crashPoints)
  if (!(await giveAll(router, surplus))) return { kind: 'time_ran_out' }
  await crashPoints.reach('after_all_surplus')
  return { kind: 'revision_done' }
}

async function undo(
  { skus, crashPoints }: RevisionDeps,
  checkout: Checkout,
  taken: readonly string[],
): Promise<Outcome> {
  await crashPoints.reach('after_revision_refused')
  const revision = revisionOf(checkout)
  const { added, grown } = stockChangesOf(checkout, revision)
  const gains = [
    ...added.map(({ sku, holdId }) => ({ sku, command: { kind: 'release', holdId } as const })),
    ...grown.map(({ line, before }) => ({
      sku: line.sku,
      command: resize(line.holdId, before, `resize_back:${line.holdId}:${revision.number}`),
    })),
  ]
  const router = reaching('after_first_undone', skus, crashPoints)
  const own = gains.filter(({ command }) => taken.includes(command.holdId))
  if (!(await giveAll(router, own))) return { kind: 'time_ran_out' }
  await crashPoints.reach('after_all_undone')
  return { kind: 'revision_undone' }
}

/** False when a hold had run out. */
async function giveAll(skus: SkuRouter, gifts: readonly Giving[]): Promise<boolean> {
  const replies = await allAnswered(gifts.map(({ sku, command }) => skus.ask(sku, command)))
  for (const reply of replies) {
    if (reply.ok) continue
    if (reply.refusal === 'expiry_passed' || reply.refusal === 'already_expired') return false
    throw new Bug(`stock would not be given back: ${reply.refusal}`)
  }
  return true
}

function wantOfGrown({ line, before }: ResizedLine, revision: number): Want {
  const { holdId, quantity, purchaseLimit } = line
  const command = resize(holdId, quantity, `resize:${holdId}:${revision}`)
  return { line, has: before, command: { ...command, purchaseLimit } }
}

/** No limit keeps anybody from having fewer. */
function resize(holdId: Resize['holdId'], quantity: number, commandId: string): Resize {
  return { kind: 'resize', holdId, quantity, commandId, purchaseLimit: null }
}

/** The same stock, with a crash point after each command that was answered. */
function reaching(point: CrashPoint, skus: SkuRouter, crashPoints: CrashPoints): SkuRouter {
  return {
    ...skus,
    async ask(sku: Sku, command: StockCommand) {
      const reply = await skus.ask(sku, command)
      await crashPoints.reach(point)
      return reply
    },
  }
}
