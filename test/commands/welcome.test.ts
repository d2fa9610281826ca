// The lines that a start prints are those that the README explains: whoever pastes either, buys.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import { welcome } from '../../src/commands/welcome.ts'
import { readConfig } from '../../src/config.ts'

const test = suite('the welcome')

test('the README shows the five lines that a start prints', () => {
  const read = readConfig({})
  assert(read.ok)
  const printed = welcome(read.config, read.config.port).filter((line) => line.includes('curl'))
  assert.equal(printed.length, 5)
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  for (const line of printed) assert.ok(readme.includes(`${line}\n`), `not in the README: ${line}`)
})

test.run()
