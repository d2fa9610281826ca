// The first connection to a database: a server that is still starting is waited for, one that says
// nothing is given up after a time of its own, and both are told in words.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { suite } from 'uvu'
import { NeedsOperator } from '../../actors/domain/failures.ts'
import { firstContact } from '../../persistence/postgres/first-contact.ts'

const test = suite('first contact with a database')
const ASK = async () => 'answered'

/** A server that meets each connection as told, and its URL. */
async function serverThat(meet: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    meet(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgresql://u@127.0.0.1:${port}/x`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Says no as a server does: 57P03 while it is starting. */
function refuseAs(state: string, socket: Socket): void {
  const fields = `SFATAL\0VFATAL\0C${state}\0Mnot now\0\0`
  const head = Buffer.from('E0000')
  head.writeInt32BE(4 + fields.length, 1)
  socket.once('data', () => socket.end(Buffer.concat([head, Buffer.from(fields)])))
}

test('a server that stays silent is given up in words', async () => {
  const server = await serverThat(() => {})
  const asked = firstContact(server.url, ASK, { answerMs: 200, startingMs: 60_000 })
  await assert.rejects(asked, (error) => {
    return (
      error instanceof NeedsOperator && /did not answer within 0\.2 seconds/.test(error.message)
    )
  })
  await server.close()
})

test('a server that starts for too long: nothing needs mending', async () => {
  let contacts = 0
  const server = await serverThat((socket) => {
    contacts += 1
    refuseAs('57P03', socket)
  })
  const asked = firstContact(server.url, ASK, { answerMs: 10_000, startingMs: 300 })
  await assert.rejects(asked, (error) => {
    return error instanceof NeedsOperator && /still starting.*try again/.test(error.message)
  })
  assert.ok(contacts >= 2, `${contacts} contacts`)
  await server.close()
})

test('a server that starts is waited for, and what it says then is the answer', async () => {
  let contacts = 0
  const server = await serverThat((socket) => {
    contacts += 1
    refuseAs(contacts <= 2 ? '57P03' : '3D000', socket)
  })
  const asked = firstContact(server.url, ASK, { answerMs: 10_000, startingMs: 60_000 })
  await assert.rejects(asked, { code: '3D000' })
  assert.equal(contacts, 3)
  await server.close()
})

test.run()
