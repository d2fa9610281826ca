// Traces what checkouts wait for in the ledger. One statement serves many traces: each of them gets
// a span of its own for its append, linked with the one span of the statement, both ways.

import { type Link, ROOT_CONTEXT, type Span, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import type { CheckoutId } from '../../../actors/domain/ids.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../../../actors/ports/ledger.ts'
import type { Appending } from '../metrics/metered-ledger.ts'
import { noteFailure, type Traces } from './traces.ts'

/** As many as a span may have links; of a larger batch the first are shown. */
const SPANS_PER_APPEND_MAX = 128

export interface TracedLedger {
  ledger(ledger: Ledger): Ledger
  store<Store extends Appending>(store: Store): Store
}

/** Both wrappers know of each other which spans wait for which append. */
export function tracedLedger(traces: Traces): TracedLedger {
  const waiting = new WeakMap<SkuAppend, readonly Span[]>()

  async function appendTraced(ledger: Ledger, append: SkuAppend): Promise<AppendOutcome> {
    const spans = spansOf(append)
    if (spans.length === 0) return ledger.append(append)
    waiting.set(append, spans)
    try {
      const outcome = await ledger.append(append)
      for (const span of spans) span.setAttribute('ledger.outcome', outcome.kind)
      return outcome
    } catch (error) {
      for (const span of spans) noteFailure(span, error)
      throw error
    } finally {
      for (const span of spans) span.end()
    }
  }

  /** One for each traced checkout that has entries in it. */
  function spansOf({ entries }: SkuAppend): Span[] {
    const spans = new Map<CheckoutId, Span>()
    for (const { checkoutId, kind } of entries) {
      if (checkoutId === null || spans.has(checkoutId)) continue
      const parent = traces.ofRun(checkoutId)
      const flags = trace.getSpanContext(parent)?.traceFlags ?? TraceFlags.NONE
      if ((flags & TraceFlags.SAMPLED) === 0) continue
      if (spans.size === SPANS_PER_APPEND_MAX) break
      const attributes = { 'checkout.id': checkoutId, 'ledger.entry.kind': kind }
      spans.set(checkoutId, traces.tracer.startSpan('ledger.append', { attributes }, parent))
    }
    return [...spans.values()]
  }

  async function flushTraced(
    store: Appending,
    appends: readonly SkuAppend[],
  ): Promise<AppendOutcome[]> {
    const served = appends.flatMap((append) => waiting.get(append) ?? [])
    if (served.length === 0) return store.appendMany(appends)
    const links: Link[] = served
      .slice(0, SPANS_PER_APPEND_MAX)
      .map((span) => ({ context: span.spanContext() }))
    const flush = traces.tracer.startSpan(
      'ledger.flush',
      { kind: SpanKind.CLIENT, root: true, links, attributes: sizeOf(appends) },
      ROOT_CONTEXT,
    )
    for (const span of served) span.addLink({ context: flush.spanContext() })
    try {
      return await store.appendMany(appends)
    } catch (error) {
      noteFailure(flush, error)
      throw error
    } finally {
      flush.end()
    }
  }

  return {
    ledger: (ledger) => ({ ...ledger, append: (append) => appendTraced(ledger, append) }),
    store: (store) => ({ ...store, appendMany: (appends) => flushTraced(store, appends) }),
  }
}

function sizeOf(appends: readonly SkuAppend[]) {
  const rows = appends.reduce((sum, { entries }) => sum + entries.length, 0)
  return { 'db.system.name': 'postgresql', 'ledger.skus': appends.length, 'ledger.rows': rows }
}
