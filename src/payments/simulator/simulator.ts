// The Stripe simulator: an account, its HTTP side and its webhooks, on one loopback port. It is not
// a mock: it keeps Stripe's rules over restarts, so that what the shop believes can be compared
// with what a customer was really charged.

import { createServer, type Server } from 'node:http'
import { httpApi } from './http-api.ts'
import { openStripeAccount } from './stripe-account.ts'
import { webhookSender } from './webhook-sender.ts'

export interface SimulatorOptions {
  /** JSON lines; null keeps nothing over a restart. */
  readonly journalFile: string | null
  /** 0 lets the system choose. */
  readonly port: number
  /** The only key taken; null takes any. */
  readonly secretKey: string | null
  /** Replaces the endpoint of the journal; null leaves it. */
  readonly webhook: { readonly url: string; readonly secret: string } | null
  readonly webhookRetryBaseMs: number
  /** Unix milliseconds. */
  readonly wallClockMs: () => number
}

export interface Simulator {
  readonly port: number
  /** Answers what has begun, then closes journal and connections. */
  close(): Promise<void>
}

/** Longer than any client keeps an idle connection, so that it is the client who closes it. */
const KEEP_ALIVE_MS = 75_000

/** Patience with running requests when it closes. */
const CLOSE_MS = 2_000

/** Resolves when it listens; rejects when the port is taken or the journal cannot be read. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const account = openStripeAccount(options.journalFile, options.wallClockMs)
  const sender = webhookSender(account, options.webhookRetryBaseMs)
  if (options.webhook) {
    const enabledEvents = ['*']
    await account.record([{ kind: 'endpoint_set', enabledEvents, ...options.webhook }])
  }
  const { secretKey } = options
  const server = createServer(httpApi({ account, secretKey, changed: sender.wake }))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const port = await listen(server, options.port)
  sender.wake()
  return {
    port,
    async close() {
      sender.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const patience = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
      await closed
      clearTimeout(patience)
      account.close()
    },
  }
}

/** On loopback only: the simulator sells for free and must never be reachable from outside. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
    })
  })
}
