// How tests tell from outside that a child is gone.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'uvu'
import { until } from '../support/until.ts'
import { isAlive } from './running-children.ts'

test('a child that ended is gone, even while nobody collects it', async () => {
  // The shell becomes a program that never asks for its child's end.
  const parent = spawn('/bin/sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
  const child = Number(printed)
  try {
    assert.ok(isAlive(Number(parent.pid)))
    await until('the child is gone', () => !isAlive(child), 10_000)
    assert.doesNotThrow(() => process.kill(child, 0), 'the system still has it')
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'close')
  }
})

test.run()
