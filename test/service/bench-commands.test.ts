// The README's benchmarks, as a person runs them: invoices replayed through a service that is
// killed come out without a difference, and rates are measured of a service whose books agree.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'uvu'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import { noteInReport } from '../runner/note.ts'
import { skipTest } from '../runner/skipped.ts'
import { cloneOfProject, newcomersEnvironment } from './clone-of-project.ts'
import { inventedInvoices } from './invented-invoices.ts'

const parent = mkdtempSync(path.join(tmpdir(), 'holdfast-test-bench-'))
const clone = cloneOfProject(path.join(parent, 'clone'))
test.after(() => rmSync(parent, { recursive: true, force: true }))

test('invoices replayed through a service that is killed half-way: zero differences', () => {
  const said = replay(['--kill-at', '0.5'])
  assert.equal(said.match(/^ +kill \d/gm)?.length, 1)
})

const MANY = 'invoices replayed through five kills and two flushes of Redis: zero differences'
if (redisBinary() === null) {
  skipTest(MANY, 'There is no redis-server or valkey-server on the PATH')
} else {
  test(MANY, () => {
    const said = replay(['--kills', '5', '--flushes', '2', '--seed', '11'])
    assert.equal(said.match(/^ +kill \d/gm)?.length, 5)
    assert.equal(said.match(/^ +kill \d.*Redis flushed$/gm)?.length, 2)
  })
}

test('rates: each operation is measured, and the books have what was answered', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-rates-'))
  const json = path.join(folder, 'rates.json')
  const said = bench(['rates', '--quick', '--json', json])
  assert.match(said, /No difference: the books have what was answered/)
  const { rows } = JSON.parse(readFileSync(json, 'utf8')) as { rows: { operations: number }[] }
  assert.equal(rows.length, 6)
  for (const row of rows) assert.ok(row.operations > 0, JSON.stringify(row))
  assert.equal(said.match(/^\| (sold out|hold|full checkout) \|/gm)?.length, 6)
  rmSync(folder, { recursive: true, force: true })
})

test.run()

/** Replays made-up invoices through a service of its own, and answers what was said. */
function replay(options: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-replay-'))
  const file = path.join(folder, 'invoices.csv')
  writeFileSync(file, inventedInvoices())
  const said = bench(['replay', '--invoices', file, ...options])
  assert.match(said, /No difference/)
  noteInReport(said.split('\n').find((line) => line.includes('invoices bought')) ?? said)
  rmSync(folder, { recursive: true, force: true })
  return said
}

function bench(args: readonly string[]): string {
  const env = newcomersEnvironment(path.join(clone, '.holdfast'))
  const all = ['run', '-s', 'bench', '--', ...args]
  return execFileSync('npm', all, { cwd: clone, env, encoding: 'utf8' })
}
