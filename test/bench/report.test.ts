// What the person at the terminal sees while a run goes on and when it has ended.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { duration, progressBar, progressLine } from '../../bench/report/progress-bar.ts'
import { reportTable } from '../../bench/report/table.ts'

test('a line shows share, count, rate and time left', () => {
  const line = progressLine('replay', {
    done: 500,
    total: 2000,
    elapsedMs: 10_000,
    unit: 'invoices',
    note: '498 bought',
  })
  assert.match(
    line,
    /^replay █{6}░{18} 25% +500\/2,000 invoices {2}50\.0\/s {2}30 s left {2}498 bought$/,
  )
})

test('the last line says how long it took; nothing to do is done', () => {
  const end = { done: 7, total: 7, elapsedMs: 125_000, unit: 'invoices', note: '' }
  assert.match(progressLine('x', end), /█{24} 100% .*took 2 min 5 s$/)
  assert.match(progressLine('x', { ...end, done: 0, total: 0, elapsedMs: 0 }), /100%/)
  assert.match(progressLine('x', { ...end, done: 0 }), / 0% .*time left unknown/)
})

test('durations', () => {
  const cases = [
    [0.42, '0.4 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.7, '1 min 0 s'],
    [3900, '1 h 5 min'],
  ] as const
  for (const [seconds, text] of cases) assert.equal(duration(seconds), text)
})

test('a terminal gets one line redrawn, a log file a line every five seconds', () => {
  const drawn = (isTTY: boolean) => {
    let clock = 0
    const written: string[] = []
    const output = { isTTY, columns: 80, write: (text: string) => written.push(text) }
    const bar = progressBar(output, { label: 'x', unit: 'invoices', total: 100 }, () => clock)
    for (let done = 1; done <= 100; done += 1) {
      clock += 100
      bar.update(done)
    }
    bar.finish()
    return written
  }
  const lines = drawn(false)
  assert.equal(lines.length, 2, 'at 5 s and, once, at 10 s, which is the end')
  assert.ok(lines.every((line) => line.endsWith('\n')))
  const terminal = drawn(true)
  assert.equal(terminal.length, 102)
  assert.equal(terminal.join('').split('\n').length, 2, 'one line break, at the end')
  assert.ok(terminal.every((text) => text.length <= 80 + 5))
})

test('a report lines names and values up and leaves empty groups out', () => {
  const text = reportTable('Replay', [
    [
      ['invoices', '1,559'],
      ['units', '359,239', 'of 2,788 SKUs'],
    ],
    [],
    [['differences', '0']],
  ])
  assert.deepEqual(text.split('\n'), [
    'Replay',
    '─'.repeat(37),
    '  invoices       1,559',
    '  units        359,239  of 2,788 SKUs',
    '─'.repeat(37),
    '  differences        0',
    '─'.repeat(37),
  ])
})

test.run()
