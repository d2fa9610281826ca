// Where a trace goes on. Within one request, and within one run of an action, the context travels
// with the asynchronous call. It does not survive an actor: an actor runs in the context of whoever
// rang its bell, which may be a stranger. So what an actor does is looked up by its checkout.
//
//   request -> operation (pay)         bound to the checkout while it is on its way
//                -> journal writes     children of the operation
//                -> runs of actions    children of the operation; while one runs, appends to the
//                                      ledger on its behalf are children of the run
//
// What a process resumes after a crash begins a trace of its own.

import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { RetryLater } from '../../../actors/domain/failures.ts'
import type { CheckoutId } from '../../../actors/domain/ids.ts'

export interface SpanTerms {
  readonly parent: Context
  readonly kind?: SpanKind
  readonly attributes?: Attributes
}

export interface Traces {
  readonly tracer: Tracer
  /** The request or the run that the calling code belongs to. */
  here(): Context
  /** Runs `work` in a new span; a failure is noted by its kind, never by its words. */
  inSpan<T>(name: string, terms: SpanTerms, work: (span: Span) => Promise<T>): Promise<T>
  /** Runs `work` as part of `context`. */
  within<T>(context: Context, work: () => T): T
  /** From now on what is done for the checkout belongs to `context`. */
  bind(id: CheckoutId, context: Context): void
  /** The same while one run lasts; a run that was bound later stays. */
  bindRun(id: CheckoutId, context: Context): () => void
  /** The root when nobody who is traced asked for it. */
  ofCheckout(id: CheckoutId): Context
  ofRun(id: CheckoutId): Context
  letGo(id: CheckoutId): void
}

export function openTraces(tracer: Tracer, checkoutsMax: number): Traces {
  const ambient = new AsyncLocalStorage<Context>()
  // In the order they were bound: the first is the oldest, which is forgotten when there are many.
  const operations = new Map<CheckoutId, Context>()
  const runs = new Map<CheckoutId, Context>()
  const ofCheckout = (id: CheckoutId) => operations.get(id) ?? ROOT_CONTEXT

  return {
    tracer,
    here: () => ambient.getStore() ?? ROOT_CONTEXT,
    within: (context, work) => ambient.run(context, work),
    async inSpan(name, { parent, kind = SpanKind.INTERNAL, attributes = {} }, work) {
      const span = tracer.startSpan(name, { kind, attributes }, parent)
      try {
        return await ambient.run(trace.setSpan(parent, span), () => work(span))
      } catch (error) {
        noteFailure(span, error)
        throw error
      } finally {
        span.end()
      }
    },
    bind(id, context) {
      operations.delete(id)
      operations.set(id, context)
      if (operations.size <= checkoutsMax) return
      const [oldest] = operations.keys()
      if (oldest !== undefined) operations.delete(oldest)
    },
    bindRun(id, context) {
      runs.set(id, context)
      return () => {
        if (runs.get(id) === context) runs.delete(id)
      }
    },
    ofCheckout,
    ofRun: (id) => runs.get(id) ?? ofCheckout(id),
    letGo(id) {
      operations.delete(id)
    },
  }
}

/** Words of errors may quote what was sent, so only their kind is told. */
export function noteFailure(span: Span, error: unknown): void {
  const kind = error instanceof RetryLater ? error.code : nameOf(error)
  span.setAttribute('error.type', kind)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

/** The id of the trace a context belongs to; null outside of any. */
export function traceIdOf(context: Context): string | null {
  return trace.getSpanContext(context)?.traceId ?? null
}
