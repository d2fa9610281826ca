// `holdfast token`: what it signs for, and what it does not take.

import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import { suite } from 'uvu'
import { token as command } from '../../src/commands/token.ts'
import { WrongUsage } from '../../src/commands/wrong-usage.ts'
import { readConfig } from '../../src/config.ts'

const token = suite('holdfast token')

/** The claims of the token that is printed. */
async function claimsOf(...argv: string[]) {
  const read = readConfig({ JWT_SECRET: 'x'.repeat(32) })
  assert.ok(read.ok)
  const printed: string[] = []
  const { log } = console
  console.log = (line: string) => printed.push(line)
  try {
    assert.equal(await command.run(read.config, argv), 0)
  } finally {
    console.log = log
  }
  return decodeJwt(printed[0] ?? '')
}

token('a buyer unless a role is named', async () => {
  const { sub, roles, seller_id } = await claimsOf('--user', 'u1')
  assert.deepEqual([sub, roles, seller_id], ['u1', ['buyer'], undefined])
})

token('--seller adds the role seller, once', async () => {
  const { roles, seller_id } = await claimsOf('--user', 'u1', '--seller', 's1')
  assert.deepEqual([roles, seller_id], [['seller'], 's1'])
  const named = await claimsOf('--user', 'u1', '--role', 'seller', '--seller', 's1')
  assert.deepEqual(named['roles'], ['seller'])
})

const WRONG = [
  [['--role', 'ops'], /^--user is missing\./],
  [['--user', 'u 1'], /^--user takes 1 to 128 visible/],
  [['--user', 'u1', '--role', 'king'], /no role "king"/],
  [['--user', 'u1', '--role', 'seller'], /seller needs --seller/],
  [['--user', 'u1', '--hours', '0'], /--hours/],
] as const

for (const [argv, said] of WRONG) {
  token(`${argv.join(' ')} is wrong usage`, async () => {
    await assert.rejects(claimsOf(...argv), (error) => {
      return error instanceof WrongUsage && said.test(error.message)
    })
  })
}

token.run()
