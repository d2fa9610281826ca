// One measurement: for some seconds every buyer does the operation again and again. What was begun
// is finished and counted, and the clock runs until then, so that nothing is counted in part.

import { build, type Histogram } from 'hdr-histogram-js'
import { type Buyer, type Operation, operate } from './operations.ts'
import { processorMs } from './processor-time.ts'

export interface Measured {
  readonly operations: number
  readonly seconds: number
  /** Of the service's process, all of its threads; null where the system does not tell. */
  readonly processorMs: number | null
}

export interface Measurement {
  readonly operation: Operation
  readonly skus: readonly string[]
  readonly buyers: readonly Buyer[]
  readonly seconds: number
  readonly servicePid: number
  /** Microseconds of every operation go in here. */
  readonly latency: Histogram
}

export async function measure(what: Measurement): Promise<Measured> {
  const { operation, skus, buyers, latency } = what
  const processorBefore = processorMs(what.servicePid)
  const startedMs = performance.now()
  const endMs = startedMs + what.seconds * 1_000
  let begun = 0
  let operations = 0
  const shop = async (buyer: Buyer): Promise<void> => {
    while (performance.now() < endMs) {
      const sku = skus[begun % skus.length] ?? ''
      begun += 1
      const askedMs = performance.now()
      await operate(operation, sku, buyer)
      latency.recordValue(Math.max(1, Math.round((performance.now() - askedMs) * 1_000)))
      operations += 1
    }
  }
  await Promise.all(buyers.map(shop))
  const processorAfter = processorMs(what.servicePid)
  return {
    operations,
    seconds: (performance.now() - startedMs) / 1_000,
    processorMs:
      processorBefore === null || processorAfter === null ? null : processorAfter - processorBefore,
  }
}

export function newLatency(): Histogram {
  return build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 })
}
