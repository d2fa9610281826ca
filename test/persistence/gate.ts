// A door between a client and a real server, so that a test can shut it, jam it and open it again
// without touching the server that others use.

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface Gate {
  readonly port: number
  /** Drops every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
  /** What is connected stays connected, and nothing gets through. New connections do. */
  jam(): void
  /** Lets through what was jammed. */
  unjam(): void
  close(): Promise<void>
}

/** A gate before the server at `url`: `redis://host:port`, or the path of a unix socket. */
export async function openGate(url: string): Promise<Gate> {
  const pairs = new Map<Socket, Socket>()
  let server = newServer()

  function newServer(): Server {
    return createServer((near) => {
      const far = url.startsWith('/') ? connect(url) : connect(addressOf(url))
      pairs.set(near, far)
      near.pipe(far)
      far.pipe(near)
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
      near.on('close', () => {
        pairs.delete(near)
        far.destroy()
      })
    })
  }

  function shut(): Promise<void> {
    for (const near of pairs.keys()) near.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  }

  const port = await listen(server, 0)
  return {
    port,
    shut,
    async open() {
      server = newServer()
      await listen(server, port)
    },
    jam() {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
      }
    },
    unjam() {
      for (const [near, far] of pairs) {
        near.pipe(far)
        far.pipe(near)
      }
    },
    close: shut,
  }
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || 6379) }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
