// Listens, and stops without dropping anybody: no new connections, each accepted request gets its
// answer, idle connections are closed, and none of it takes longer than it may.
//
// Node's own `close()` destroys a connection whose answer is written but not yet sent, so
// connections are ended here one by one, each after its last answer has left.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { answerBrokenRequests } from './broken-request.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** How long a client may take; left out: those of the service. */
  readonly patience?: Patience
}

/** How long a connection is kept for a client that is slow or silent, milliseconds. */
export interface Patience {
  /** For all headers of a request. */
  readonly headersMs: number
  /** For a request with its body. */
  readonly requestMs: number
  /** Between two requests; longer than proxies keep theirs, so that the proxy closes first. */
  readonly keepAliveMs: number
  /** How often the first two are looked at. */
  readonly checkMs: number
}

const PATIENCE: Patience = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  checkMs: 1_000,
}

// A token, a key and what proxies add; more is an attempt to fill the memory.
const HEADER_BYTES_MAX = 16_384

export interface Listening {
  readonly port: number
  /**
   * Resolves when every connection is closed; what is not done after `graceMs` is cut off.
   * Stopping twice is stopping once.
   */
  stop(graceMs: number): Promise<void>
}

/** The part of an app that is served. */
export interface Served {
  /** `env` has the request of Node as `incoming`. */
  fetch(request: Request, env?: object): Response | Promise<Response>
}

/** Rejects when the address cannot be had, with the error of the system (`EADDRINUSE`). */
export async function listen(app: Served, options: ListenOptions): Promise<Listening> {
  const patience = options.patience ?? PATIENCE
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    // For requests without a Host, which HTTP/1.0 allows and probes still send.
    hostname: 'localhost',
    serverOptions: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: patience.keepAliveMs,
      connectionsCheckingInterval: patience.checkMs,
    },
  }) as Server
  answerBrokenRequests(server)
  const connections = followConnections(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  let stopped: Promise<void> | null = null
  return {
    port: (server.address() as AddressInfo).port,
    stop(graceMs) {
      stopped ??= stopGracefully(server, connections, graceMs)
      return stopped
    },
  }
}

async function stopGracefully(
  server: Server,
  connections: Connections,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // http's own close() would also destroy connections; the one below it only stops listening.
    NetServer.prototype.close.call(server, () => resolve())
  })
  connections.endWhenAnswered()
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cutOff)
}

interface Connections {
  /** Ends idle connections now and each busy one after its last answer. */
  endWhenAnswered(): void
}

function followConnections(server: Server): Connections {
  const open = new Set<Socket>()
  const running = new Map<ServerResponse, Socket>()
  let ending = false

  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    running.set(response, socket)
    if (ending) response.shouldKeepAlive = false
    response.once('close', () => {
      running.delete(response)
      if (ending && !isBusy(socket)) socket.destroySoon()
    })
  })

  function isBusy(socket: Socket): boolean {
    for (const each of running.values()) if (each === socket) return true
    return false
  }

  return {
    endWhenAnswered() {
      ending = true
      for (const response of running.keys()) {
        // Says `Connection: close`, unless the answer has begun already.
        if (!response.headersSent) response.shouldKeepAlive = false
      }
      for (const socket of open) if (!isBusy(socket)) socket.destroySoon()
    },
  }
}
