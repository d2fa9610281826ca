// Spans that find no room: they are counted, and whoever ends one does not wait.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openLog } from '../../src/telemetry/log.ts'
import { openMeters } from '../../src/telemetry/metrics/meters.ts'
import { openOtlp } from '../../src/telemetry/traces/otlp.ts'
import { openCollector } from './otlp-collector.ts'
import { readSamples, sumOf } from './prometheus-text.ts'

const LIMITS = {
  traceQueueMax: 100,
  traceBatchMax: 10,
  tracePeriodMs: 60_000,
  traceExportTimeoutMs: 500,
}
const SPANS = 1_000

const otlp = suite('spans on their way')

for (const answer of ['never', 'well'] as const) {
  otlp(
    `behind a collector that answers ${answer}, spans without room are counted lost`,
    async () => {
      const collector = await openCollector(answer)
      const meters = openMeters()
      const settings = { endpoint: collector.url, serviceName: 'the-shop', sampleRatio: 1 }
      const log = openLog('silent')
      const { tracer, stop } = openOtlp(settings, LIMITS, { meters, log })
      for (let n = 0; n < SPANS; n += 1) tracer.startSpan('work').end()
      const countOf = async (result: string) => {
        const samples = readSamples((await meters.scrape()).text)
        return sumOf(samples, 'checkout_trace_spans_total', { result })
      }
      // One batch is on its way, and the queue is full.
      const atOnce = SPANS - LIMITS.traceQueueMax - LIMITS.traceBatchMax
      assert.equal(await countOf('lost'), atOnce)
      await stop(10_000)
      assert.equal(await countOf('sent'), answer === 'never' ? 0 : SPANS - atOnce)
      await collector.close()
    },
  )
}

otlp.run()
