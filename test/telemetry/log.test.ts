// What a log line shows: errors with their causes, and nothing that opens a door or names a buyer.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openLog } from '../../src/telemetry/log.ts'

const logging = suite('log')

/** The one line that logging `fields` writes. */
function lineOf(fields: object): { text: string; json: Record<string, unknown> } {
  const written: string[] = []
  openLog('info', { write: (line) => written.push(line) }).warn(fields, 'said')
  const [text = '', ...others] = written
  assert.equal(others.length, 0)
  return { text, json: JSON.parse(text) }
}

const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'token',
  'guest_token',
  'clientSecret',
  'client_secret',
  'stripe-signature',
  'cookie',
  'set-cookie',
  'password',
  'secretKey',
]

for (const name of SECRET_FIELDS) {
  logging(`${name} is cut at any depth, in lists and in errors`, () => {
    const secret = { [name]: 'SESAME', shown: 'yes' }
    const err = Object.assign(new Error('x'), secret, { raw: { intents: [secret] } })
    for (const fields of [secret, { a: secret }, { a: { b: [{ c: secret }] } }, { err }]) {
      const { text } = lineOf(fields)
      assert.doesNotMatch(text, /SESAME/)
      assert.match(text, /"shown":"yes"/)
    }
  })
}

logging('the row that Postgres quotes is cut from its errors, and from their causes', () => {
  const cause = Object.assign(new Error('violates a constraint'), {
    code: '23514',
    detail: 'Failing row contains (Ada, 1 Rose Lane)',
  })
  const err = new Error('no statement', { cause: new Error('lost', { cause }) })
  for (const fields of [{ err: cause }, { err }, cause]) {
    const { text } = lineOf(fields)
    assert.doesNotMatch(text, /Rose Lane/)
    assert.match(text, /23514/)
  }
})

logging('an error is written with type, message, code, stack and cause', () => {
  const cause = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' })
  const { json } = lineOf({ err: new Error('no Redis', { cause }) })
  const err = json['err'] as Record<string, unknown>
  assert.deepEqual([err['type'], err['message']], ['Error', 'no Redis'])
  assert.match(String(err['stack']), /log\.test\.ts/)
  const { type, message, code } = err['cause'] as Record<string, unknown>
  assert.deepEqual([type, message, code], ['TypeError', 'refused', 'ECONNREFUSED'])
})

logging('a detail that is no error of Postgres is written, and so are times', () => {
  const { json } = lineOf({ detail: 'slow', at: new Date(0), none: null, count: 1 })
  assert.deepEqual(
    [json['detail'], json['at'], json['none'], json['count']],
    ['slow', '1970-01-01T00:00:00.000Z', null, 1],
  )
})

logging('what goes round in circles or has no end becomes a line all the same', () => {
  const circle: Record<string, unknown> = {}
  circle['again'] = { circle, wide: Array.from({ length: 100_000 }, () => circle) }
  assert.ok(lineOf(circle).text.length < 100_000)
})

logging('what was logged is left as it was', () => {
  const headers = { authorization: 'Bearer x' }
  lineOf({ headers })
  assert.deepEqual(headers, { authorization: 'Bearer x' })
})

logging.run()
