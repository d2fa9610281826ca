// What an operator reads when something is wrong that they can mend: a sentence, never a stack.

import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { suite } from 'uvu'
import { assertServer } from '../../persistence/postgres/connect.ts'
import { statusOfMigrations } from '../../persistence/postgres/migrate.ts'
import { inWords } from '../../src/commands/in-words.ts'

const words = suite('errors in words')
const GIVEN = { databaseUrl: 'postgresql://127.0.0.1/shop' }
const EMBEDDED = { databaseUrl: null }

words('a server that is too old is refused with its version and what to do', async () => {
  const server = { query: async () => ({ rows: [{ server_version_num: '140011' }] }) }
  const error = await assertServer(server as never).catch((reason: unknown) => reason)
  assert.match(
    inWords(error, GIVEN),
    /^This server is Postgres 14, which is too old.*DATABASE_URL\.$/,
  )
  await assertServer({ query: async () => ({ rows: [{ server_version_num: '150000' }] }) } as never)
})

words('a name with several addresses that all refuse is told with each of them', () => {
  const each = ['::1', '127.0.0.1'].map((at) => new Error(`connect ECONNREFUSED ${at}:5432`))
  const error = Object.assign(new AggregateError(each), { code: 'ECONNREFUSED' })
  assert.match(
    inWords(error, GIVEN),
    /^connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127\.0\.0\.1/,
  )
})

words('a socket that is not there is an address that does not answer', () => {
  const error = Object.assign(new Error('connect ENOENT /run/.s.PGSQL.5432'), {
    code: 'ENOENT',
    syscall: 'connect',
  })
  assert.match(inWords(error, GIVEN), /Check that DATABASE_URL and REDIS_URL/)
})

words('a place that takes connections and is no database is told so, by the driver', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const options of ['', '?sslmode=verify-full']) {
    const url = `postgres://u:sekret@127.0.0.1:${port}/x${options}`
    const error = await statusOfMigrations(url).catch((reason: unknown) => reason)
    const text = inWords(error, GIVEN)
    assert.match(text, /Check DATABASE_URL: what is there does not answer as a database\.$/)
    assert.doesNotMatch(text, /\n|sekret/)
  }
  await new Promise((resolve) => server.close(resolve))
})

words('a refusal names DATABASE_URL only to somebody who set it', () => {
  const error = Object.assign(new Error('password authentication failed'), { code: '28P01' })
  assert.match(inWords(error, GIVEN), /\(28P01\).*Check DATABASE_URL: user, password, name\.$/)
  assert.match(inWords(error, EMBEDDED), /\(28P01\).*Its log, postgres\.log in the data folder/)
  assert.doesNotMatch(inWords(error, EMBEDDED), /DATABASE_URL/)
})

words('a server that starts or stops is to be asked again, and nothing is to be checked', () => {
  const error = Object.assign(new Error('the database system is starting up'), { code: '57P03' })
  for (const config of [GIVEN, EMBEDDED]) {
    assert.match(inWords(error, config), /\(57P03\).*: try again in a minute\.$/)
    assert.doesNotMatch(inWords(error, config), /DATABASE_URL/)
  }
})

words('what only a developer can mend keeps its stack', () => {
  assert.match(
    inWords(new TypeError('x is undefined'), GIVEN),
    /^TypeError: x is undefined\n {4}at /,
  )
})

words.run()
