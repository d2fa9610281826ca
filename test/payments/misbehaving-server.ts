// A server that misbehaves on purpose, one way per answer, so that the errors under test are the
// SDK's own. It plays its answers in order and repeats the last one.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type Misbehaviour =
  | { readonly kind: 'hang' }
  /** Closes the connection without a byte. */
  | { readonly kind: 'reset' }
  /** Promises a long body and closes the connection within it. */
  | { readonly kind: 'cut_body' }
  /** One byte, then another, and never the end. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly headers?: Readonly<Record<string, string>>
    }

export interface MisbehavingServer {
  readonly url: string
  /** The headers of every request that arrived. */
  readonly arrived: readonly IncomingHttpHeaders[]
  close(): Promise<void>
}

export async function startMisbehavingServer(
  ...answers: readonly Misbehaviour[]
): Promise<MisbehavingServer> {
  const arrived: IncomingHttpHeaders[] = []
  const sockets = new Set<Socket>()
  const trickles: NodeJS.Timeout[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(arrived.length, answers.length - 1)]
    arrived.push(request.headers)
    request.resume()
    switch (answer?.kind) {
      case 'reset':
        return void request.socket.resetAndDestroy()
      case 'cut_body':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 })
        response.write('{"id":', () => request.socket.destroy())
        return
      case 'trickle':
        response.writeHead(200, { 'content-type': 'application/json' })
        trickles.push(setInterval(() => response.write(' '), answer.everyMs))
        return
      case 'answer':
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        response.end(answer.body)
        return
      default:
        // hangs
        return
    }
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    async close() {
      for (const trickle of trickles) clearInterval(trickle)
      for (const socket of sockets) socket.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

/** A JSON error the way Stripe writes it. */
export function stripeError(
  status: number,
  error: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Misbehaviour {
  return { kind: 'answer', status, body: JSON.stringify({ error }), headers }
}
