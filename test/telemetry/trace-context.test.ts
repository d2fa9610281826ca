// Where a trace goes on: the header of the caller, and the checkout behind an actor.

import assert from 'node:assert/strict'
import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { suite } from 'uvu'
import { contextOfTraceparent } from '../../src/telemetry/traces/traceparent.ts'
import { openTraces, traceIdOf } from '../../src/telemetry/traces/traces.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'

const contexts = suite('trace context')
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

contexts('a traceparent is gone on with, sampled or not', () => {
  const sampled = trace.getSpanContext(contextOfTraceparent(`00-${TRACE}-${SPAN}-01`))
  assert.deepEqual(sampled, { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true })
  const not = trace.getSpanContext(contextOfTraceparent(`00-${TRACE}-${SPAN}-00`))
  assert.equal(not?.traceFlags, 0)
})

contexts(
  'a later version with more fields is understood, and unknown flags are not passed on',
  () => {
    const context = contextOfTraceparent(`cc-${TRACE}-${SPAN}-ff-what-comes-later`)
    assert.equal(trace.getSpanContext(context)?.traceFlags, 1)
  },
)

for (const header of [
  null,
  '',
  'x',
  `00-${TRACE}-${SPAN}`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01\n`,
  'a'.repeat(100_000),
]) {
  contexts(
    `a header that is none begins a trace of its own: ${JSON.stringify(header)?.slice(0, 60)}`,
    () => {
      assert.equal(contextOfTraceparent(header), ROOT_CONTEXT)
    },
  )
}

contexts(
  'what is done for a checkout belongs to whoever asked last, and to a run meanwhile',
  () => {
    const traces = openTraces(trace.getTracer('unused'), 10)
    const { id } = sampleCheckout()
    assert.equal(traces.ofCheckout(id), ROOT_CONTEXT)
    const [first, second, run] = [contextOf(1), contextOf(2), contextOf(3)]
    traces.bind(id, first)
    traces.bind(id, second)
    const unbind = traces.bindRun(id, run)
    assert.deepEqual([traces.ofCheckout(id), traces.ofRun(id)], [second, run])
    unbind()
    assert.equal(traces.ofRun(id), second)
    traces.letGo(id)
    assert.equal(traces.ofRun(id), ROOT_CONTEXT)
  },
)

contexts('the end of an older run leaves the newer one bound', () => {
  const traces = openTraces(trace.getTracer('unused'), 10)
  const { id } = sampleCheckout()
  const unbindOld = traces.bindRun(id, contextOf(1))
  traces.bindRun(id, contextOf(2))
  unbindOld()
  assert.equal(traceIdOf(traces.ofRun(id)), traceIdOf(contextOf(2)))
})

contexts('of too many checkouts the one that was bound longest ago is forgotten', () => {
  const traces = openTraces(trace.getTracer('unused'), 2)
  const [a, b, c] = [sampleCheckout().id, sampleCheckout().id, sampleCheckout().id]
  traces.bind(a, contextOf(1))
  traces.bind(b, contextOf(2))
  traces.bind(a, contextOf(3))
  traces.bind(c, contextOf(4))
  assert.equal(traces.ofCheckout(b), ROOT_CONTEXT)
  assert.equal(traceIdOf(traces.ofCheckout(a)), traceIdOf(contextOf(3)))
})

function contextOf(number: number): Context {
  const spanContext = { traceId: TRACE.replace(/.$/, String(number)), spanId: SPAN, traceFlags: 1 }
  return trace.setSpanContext(ROOT_CONTEXT, spanContext)
}

contexts.run()
