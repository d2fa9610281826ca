// The gateway's own books: what customers were really charged, kept by somebody who knows nothing
// of ours. The simulator gives them to whoever asks; a real gateway does not, and is audited
// without them.

import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { RetryLater } from '../../actors/domain/failures.ts'

/** Millions of orders take their time; who waits for an answer over HTTP says less. */
const TIMEOUT_MS = 120_000

const GatewayOrder = z.object({
  /** null gathers what names no order. */
  order_id: z.string().nullable(),
  checkout_id: z.string().nullable(),
  intents: z.number().int(),
  captured_intents: z.number().int().optional(),
  /** Amounts are minor units of `currency`. */
  authorised: z.number().int(),
  captured: z.number().int(),
  refunded: z.number().int(),
  /** Held at this moment, neither captured nor given back. */
  open_authorised: z.number().int(),
  currency: z.string(),
  /** Distinct keys by `<operation>:<attempt>`. */
  idempotency_keys: z.record(z.string(), z.number().int()),
})
const Ledger = z.object({ orders: z.array(GatewayOrder) })

export type GatewayOrder = z.infer<typeof GatewayOrder>

export interface GatewayBooks {
  /** Reads all of them, as they are now. Throws RetryLater `gateway_unavailable`. */
  read(): Promise<readonly GatewayOrder[]>
}

/** The books of the simulator whose control address is `controlUrl` (`http://127.0.0.1:PORT`). */
export function simulatorBooks(controlUrl: string, timeoutMs: number = TIMEOUT_MS): GatewayBooks {
  const url = new URL('/_sim/ledger', controlUrl)
  return {
    async read() {
      try {
        return Ledger.parse(JSON.parse(await bodyOf(url, timeoutMs))).orders
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new RetryLater(
          'gateway_unavailable',
          `The books of the payment simulator at ${url.href} could not be read: ${why}. ` +
            'Nothing was compared with them. Start the service again, then repeat the audit.',
          { cause },
        )
      }
    },
  }
}

async function bodyOf(url: URL, timeoutMs: number): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { signal, agent: false }, resolve).on('error', reject)
  })
  const body = await text(response)
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`)
  return body
}
