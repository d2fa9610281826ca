// Listening and stopping on a real port: what was accepted is answered, idle connections are
// closed, nothing new is taken, and none of it takes longer than it may.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { suite } from 'uvu'
import { type Listening, listen } from '../../src/http/listen.ts'

const listening = suite('listen')

const LOCAL = { host: '127.0.0.1', port: 0 }
const LONG_MS = 60_000

interface Gate {
  readonly arrived: Promise<void>
  readonly served: { fetch(): Promise<Response> }
  open(): void
}

/** A service whose only answer waits until it is let go. */
function gated(body: string): Gate {
  let open = () => {}
  let arrive = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return {
    arrived,
    open: () => open(),
    served: {
      async fetch() {
        arrive()
        await opened
        return new Response(body)
      },
    },
  }
}

async function dial({ port }: Listening): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

function ask(socket: Socket): void {
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
}

/** All that arrives until the connection is closed. */
async function readToEnd(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

listening('a running request is answered whole, then its connection is closed', async () => {
  const big = 'x'.repeat(4_000_000)
  const gate = gated(big)
  const server = await listen(gate.served, LOCAL)
  const socket = await dial(server)
  ask(socket)
  await gate.arrived
  const stopped = server.stop(LONG_MS)
  gate.open()
  const answer = await readToEnd(socket)
  await stopped
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(answer, /\r\nconnection: close\r\n/i)
  assert.ok(answer.endsWith(big), 'the whole answer arrived')
})

listening(
  'an answer that is written but not yet received arrives whole, and then ends',
  async () => {
    // Past what the buffers of both sockets hold, so that most of it still waits here at the stop.
    const big = 'x'.repeat(30_000_000)
    const server = await listen({ fetch: () => new Response(big) }, LOCAL)
    const socket = await dial(server)
    ask(socket)
    await once(socket, 'readable')
    const startedMs = performance.now()
    const stopped = server.stop(LONG_MS)
    const answer = await readToEnd(socket)
    await stopped
    assert.ok(answer.endsWith(big), `only ${answer.length} characters arrived`)
    // By itself Node would keep the connection for five more seconds.
    assert.ok(performance.now() - startedMs < 4_000, 'the connection was ended at once')
  },
)

listening('idle connections are closed and new ones refused', async () => {
  const server = await listen({ fetch: () => new Response('hello') }, LOCAL)
  const [silent, idle] = [await dial(server), await dial(server)]
  ask(idle)
  await once(idle, 'readable')
  const ended = [readToEnd(silent), readToEnd(idle)]
  await server.stop(LONG_MS)
  const [nothing, answer] = await Promise.all(ended)
  assert.equal(nothing, '')
  assert.match(answer ?? '', /hello/)
  await assert.rejects(dial(server), { code: 'ECONNREFUSED' })
})

listening('what is not done when the grace is over is cut off', async () => {
  const gate = gated('never')
  const server = await listen(gate.served, LOCAL)
  const socket = await dial(server)
  ask(socket)
  await gate.arrived
  const ended = readToEnd(socket).catch(() => 'cut')
  await server.stop(1)
  assert.doesNotMatch(await ended, /200 OK/)
  gate.open()
})

listening('a request of HTTP/1.0 needs no Host', async () => {
  const served = { fetch: (request: Request) => new Response(new URL(request.url).pathname) }
  const server = await listen(served, LOCAL)
  const socket = await dial(server)
  socket.write('GET /livez HTTP/1.0\r\n\r\n')
  const answer = await readToEnd(socket)
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  assert.ok(answer.endsWith('/livez'))
  await server.stop(LONG_MS)
})

listening('stopping twice is stopping once', async () => {
  const server = await listen({ fetch: () => new Response('hello') }, LOCAL)
  await Promise.all([server.stop(LONG_MS), server.stop(LONG_MS)])
})

listening('a port that is taken is an error of the start', async () => {
  const server = await listen({ fetch: () => new Response('hello') }, LOCAL)
  const again = listen({ fetch: () => new Response('') }, { ...LOCAL, port: server.port })
  await assert.rejects(again, { code: 'EADDRINUSE' })
  await server.stop(LONG_MS)
})

listening.run()
