// The load generator's own HTTP: what it sends, and that an answer is read however it is cut up.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { suite } from 'uvu'
import { openRaw, requestText, wholeAnswer } from '../../bench/load/raw-connection.ts'

const test = suite('raw connection')
const ANSWER = 'HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 9\r\n\r\n{"é":"ü"}'.replace(
  '9',
  '11',
)

const opened: Server[] = []
test.after(() => {
  for (const server of opened) server.close()
})

/** A server that does this to each connection's requests; answers its address. */
async function serve(onRequest: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => socket.on('data', () => onRequest(socket)))
  opened.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

test('a request has its length in bytes, its key and its token', () => {
  const asked = { method: 'POST', path: '/a?b', token: 't', key: 'k', body: { name: 'ü' } } as const
  assert.deepEqual(requestText(asked, 'host:1').split('\r\n'), [
    'POST /a?b HTTP/1.1',
    'Host: host:1',
    'Authorization: Bearer t',
    'Idempotency-Key: k',
    'Content-Type: application/json',
    'Content-Length: 13',
    '',
    '{"name":"ü"}',
  ])
  assert.doesNotMatch(requestText({ method: 'GET', path: '/' }, 'host'), /Content-Length/)
})

test('an answer is whole with its last byte, wherever it is cut', () => {
  const bytes = Buffer.from(ANSWER)
  for (let end = 0; end < bytes.length; end += 1) {
    assert.equal(wholeAnswer(bytes.subarray(0, end)), null, `after ${end} bytes`)
  }
  const twice = Buffer.concat([bytes, bytes])
  const answer = { status: 201, text: '{"é":"ü"}' }
  assert.deepEqual(wholeAnswer(twice), { answer, bytes: bytes.length })
})

test('an answer without a length is an error, not a hang', () => {
  const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  assert.throws(() => wholeAnswer(chunked), /without a status or a length/)
})

test('one connection serves request after request', async () => {
  const connection = await openRaw(await serve((socket) => socket.write(ANSWER)))
  for (let asked = 0; asked < 3; asked += 1) {
    assert.equal((await connection.send({ method: 'GET', path: '/' })).status, 201)
  }
  connection.close()
})

test('a service that goes away fails the request, and the next one', async () => {
  const connection = await openRaw(await serve((socket) => socket.end('HTTP/1.1 20')))
  const asked = { method: 'GET', path: '/' } as const
  await assert.rejects(connection.send(asked), /closed the connection/)
  await assert.rejects(connection.send(asked), /closed/)
})

test.run()
