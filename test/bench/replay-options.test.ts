// The replay's command line: what is understood, and that a mistake is told before anything starts.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runReplay } from '../../bench/replay/replay.ts'
import { parseReplayOptions, WrongUsage } from '../../bench/replay/replay-options.ts'

test('a file is enough; everything else has a default', () => {
  assert.deepEqual(parseReplayOptions(['--invoices', 'a.csv']), {
    invoices: 'a.csv',
    concurrency: 16,
    limitInvoices: undefined,
    killAt: undefined,
    kills: 0,
    flushes: 0,
    seed: undefined,
    flushGivenRedis: false,
    target: undefined,
    jwtSecret: undefined,
    keep: false,
  })
})

test('all options', () => {
  const argv = '--invoices a --concurrency 4 --limit-invoices 9 --kill-at 0.5 --keep'.split(' ')
  const options = parseReplayOptions(argv)
  assert.ok(options !== 'help')
  assert.deepEqual([options.concurrency, options.limitInvoices, options.killAt], [4, 9, 0.5])
  const target = parseReplayOptions(['--invoices', 'a', '--target', 'http://127.0.0.1:8080/'])
  assert.ok(target !== 'help')
  assert.equal(target.target, 'http://127.0.0.1:8080')
})

const WRONG = [
  '',
  '--invoices',
  '--concurrency 4',
  '--invoices a --concurrency 0',
  '--invoices a --concurrency many',
  '--invoices a --kill-at 1',
  '--invoices a --kill-at half',
  '--invoices a --limit-invoices -1',
  '--invoices a --target 127.0.0.1',
  '--invoices a --target http://127.0.0.1 --kill-at 0.5',
  '--invoices a --target http://127.0.0.1 --kills 2',
  '--invoices a --kills 2 --kill-at 0.5',
  '--invoices a --kills 2 --flushes 3',
  '--invoices a --flushes 1',
  '--invoices a --kills 1 --seed -1',
  '--invoices a --speed 4',
  '--invoices a more',
]

for (const line of WRONG) {
  test(`"${line}" is wrong usage`, () => {
    const argv = line === '' ? [] : line.split(' ')
    assert.throws(() => parseReplayOptions(argv), WrongUsage)
  })
}

async function exitOf(argv: readonly string[], environment: Record<string, string> = {}) {
  const said: string[] = []
  const code = await runReplay(argv, {
    environment,
    output: { write: (text) => said.push(text) },
    complain: (line) => said.push(line),
  })
  return { code, said: said.join('\n') }
}

test('a Redis that was given is emptied only when that was said', async () => {
  const argv = '--invoices no-such.csv --kills 2 --flushes 1'.split(' ')
  const refused = await exitOf(argv, { REDIS_URL: 'redis://127.0.0.1:1' })
  assert.equal(refused.code, 2)
  assert.match(refused.said, /would empty the Redis of REDIS_URL.*--flush-given-redis/)
  const allowed = await exitOf([...argv, '--flush-given-redis'], { REDIS_URL: 'redis://a' })
  assert.match(allowed.said, /no-such\.csv cannot be read/)
  assert.match((await exitOf(argv)).said, /no-such\.csv cannot be read/)
})

test('exit codes: help 0, a broken file 1, wrong usage 2', async () => {
  const help = await exitOf(['--help'])
  assert.equal(help.code, 0)
  assert.match(help.said, /--kill-at SHARE/)
  const missing = await exitOf(['--invoices', 'no-such.csv'])
  assert.equal(missing.code, 1)
  assert.match(missing.said, /no-such\.csv cannot be read/)
  const wrong = await exitOf(['--concurrency', '4'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.said, /--invoices FILE is missing/)
  assert.equal((await exitOf(['--invoices', 'a', '--target', 'http://127.0.0.1:1'])).code, 2)
})

test.run()
