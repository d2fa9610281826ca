// What arrives so broken, so slow or so large that it never becomes a request of the app: over a
// real socket, each is told what is wrong in the one shape of every "no", and its connection ends.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite } from 'uvu'
import { type Listening, type ListenOptions, listen } from '../../src/http/listen.ts'
import { httpWorld, LIMITS } from './http-world.ts'

const broken = suite('broken requests')

const LOCAL = { host: '127.0.0.1', port: 0 }
const HURRY = { headersMs: 40, requestMs: 80, keepAliveMs: 40, checkMs: 10 }

interface Told {
  readonly status: number
  readonly code: string
  readonly head: string
}

/** Sends bytes to the served app and reads until the connection ends. */
async function tell(bytes: string, options: ListenOptions = LOCAL): Promise<Told[]> {
  const { app, logged } = await httpWorld()
  const server = await listen(app, options)
  try {
    const told = problemsIn(await roundTrip(server, bytes))
    assert.deepEqual(logged, [], 'nothing of it is a bug of ours')
    return told
  } finally {
    await server.stop(1_000)
  }
}

async function roundTrip({ port }: Listening, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function problemsIn(received: string): Told[] {
  return received
    .split(/(?=HTTP\/1\.1 )/)
    .filter((answer) => answer !== '')
    .map((answer) => {
      const [head = '', text = ''] = answer.split('\r\n\r\n')
      const status = Number(head.split(' ')[1])
      const problem = JSON.parse(text)
      assert.equal(problem.status, status)
      assert.equal(problem.type, `/docs/errors#${problem.code}`)
      assert.ok(problem.detail.length > 20 && problem.title && problem.request_id)
      assert.match(head, /content-type: application\/problem\+json/i)
      assert.match(head, /x-request-id: /i)
      assert.match(head, /x-content-type-options: nosniff/i)
      return { status, code: problem.code, head }
    })
}

const POST = 'POST /v1/checkouts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

const CASES: readonly (readonly [what: string, bytes: string, status: number, code: string])[] = [
  ['words that are no HTTP', 'HELLO\r\n\r\n', 400, 'invalid_request'],
  ['TLS to a plain port', '\x16\x03\x01\x02\x00\x01\x00\r\n', 400, 'invalid_request'],
  ['a broken length', `${POST}Content-Length: 1x\r\n\r\n`, 400, 'invalid_request'],
  [
    'a length beside chunks, as smugglers send',
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'invalid_request',
  ],
  [
    'headers of 17 KiB',
    `GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(17_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  [
    'a path of 17 KiB',
    `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    431,
    'headers_too_large',
  ],
]

for (const [what, bytes, status, code] of CASES) {
  broken(`${what}: ${status} ${code}`, async () => {
    const told = await tell(bytes)
    assert.deepEqual(
      told.map((each) => [each.status, each.code]),
      [[status, code]],
    )
  })
}

const SLOW: readonly (readonly [what: string, bytes: string])[] = [
  ['headers that never end', 'GET /livez HTTP/1.1\r\nHost: x\r\n'],
  ['a body that is announced and does not come', `${POST}Content-Length: 10\r\n\r\n{`],
  ['chunks that stop coming', `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
]

for (const [what, bytes] of SLOW) {
  broken(`${what}: told so, and the connection ends`, async () => {
    const told = await tell(bytes, { ...LOCAL, patience: HURRY })
    // A request whose headers came is answered by the app, which asks for the token first.
    const statuses = told.map(({ status }) => status).join()
    assert.match(statuses, /^(408|401|401,408)$/)
  })
}

broken('a connection that says nothing ends', async () => {
  const server = await listen({ fetch: () => new Response('hello') }, { ...LOCAL, patience: HURRY })
  assert.match(await roundTrip(server, ''), /^$|request_timeout/)
  await server.stop(1_000)
})

broken('a body past the bound is 413 as soon as it is known, announced or in chunks', async () => {
  const { app, tokens, checkouts } = await httpWorld()
  const server = await listen(app, LOCAL)
  const head = `${POST}Authorization: Bearer ${tokens.alice}\r\nIdempotency-Key: k\r\n`
  const tooMuch = LIMITS.bodyBytesMax + 1
  const chunk = `${tooMuch.toString(16)}\r\n${' '.repeat(tooMuch)}\r\n`
  const announced = await roundTrip(server, `${head}Content-Length: ${tooMuch}\r\n\r\n`)
  const inChunks = await roundTrip(server, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`)
  for (const received of [announced, inChunks]) {
    const [told] = problemsIn(received)
    assert.deepEqual([told?.status, told?.code], [413, 'body_too_large'])
    assert.match(told?.head ?? '', /connection: close/i)
  }
  assert.deepEqual(checkouts.asked, [])
  await server.stop(1_000)
})

broken('a length that says too little: the rest is no request', async () => {
  const told = await tell(`${POST}Content-Length: 2\r\n\r\n{}"lines":[]}`)
  assert.deepEqual(
    told.map(({ status }) => status),
    [401, 400],
  )
})

broken('what follows a request that is still served does not answer in its place', async () => {
  let serve = () => {}
  const answer = new Promise<Response>((resolve) => {
    serve = () => resolve(new Response('done'))
  })
  const server = await listen({ fetch: () => answer }, LOCAL)
  const whole = `${POST}Content-Length: 2\r\n\r\n{}`
  assert.equal(await roundTrip(server, `${whole}HELLO\r\n\r\n`), '')
  serve()
  await server.stop(1_000)
})

broken.run()
