// What an operator reads when something is wrong that they can mend: a sentence, never a stack.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { assertServer } from '../../persistence/postgres/connect.ts'
import { inWords } from '../../src/commands/in-words.ts'

const words = suite('errors in words')

words('a server that is too old is refused with its version and what to do', async () => {
  const server = { query: async () => ({ rows: [{ server_version_num: '140011' }] }) }
  const error = await assertServer(server as never).catch((reason: unknown) => reason)
  assert.match(inWords(error), /^This server is Postgres 14, which is too old.*DATABASE_URL\.$/)
  await assertServer({ query: async () => ({ rows: [{ server_version_num: '150000' }] }) } as never)
})

words('a name with several addresses that all refuse is told with each of them', () => {
  const each = ['::1', '127.0.0.1'].map((at) => new Error(`connect ECONNREFUSED ${at}:5432`))
  const error = Object.assign(new AggregateError(each), { code: 'ECONNREFUSED' })
  assert.match(inWords(error), /^connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127\.0\.0\.1/)
})

words('a socket that is not there is an address that does not answer', () => {
  const error = Object.assign(new Error('connect ENOENT /run/.s.PGSQL.5432'), {
    code: 'ENOENT',
    syscall: 'connect',
  })
  assert.match(inWords(error), /Check that DATABASE_URL and REDIS_URL/)
})

words('what only a developer can mend keeps its stack', () => {
  assert.match(inWords(new TypeError('x is undefined')), /^TypeError: x is undefined\n {4}at /)
})

words.run()
