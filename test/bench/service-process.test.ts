// The replay's grip on the process it starts: ready, killed and back on the same port, stopped with
// its children, and a start that fails is told with the end of its log. A few lines of node stand
// in for the service; what matters here are processes, ports and signals.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import { isAlive } from '../../bench/stage/recorded-pids.ts'
import { ServiceFailed, startService } from '../../bench/stage/service-process.ts'

const ANSWERING = `
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const file = process.env.HOLDFAST_DATA + '/runtime.json'
if (existsSync(file)) process.kill(JSON.parse(readFileSync(file, 'utf8')).postgres.process.pid)
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
const record = { owner: { pid: process.pid }, postgres: { process: { pid: child.pid } } }
writeFileSync(file, JSON.stringify(record))
createServer((request, response) => response.end('{}')).listen(process.env.PORT, process.env.HOST)
process.on('SIGTERM', () => { STOPPING; process.exit(0) })
`

async function scene(code: string) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const entry = join(folder, 'service.mjs')
  await writeFile(entry, code)
  const place = {
    entry,
    dataFolder: folder,
    logFile: join(folder, 'service.log'),
    environment: { HOLDFAST_DATA: folder },
  }
  return { place, remove: () => rm(folder, { recursive: true }) }
}

test('a killed service is another process on the same port; stopped, nothing is left', async () => {
  const { place, remove } = await scene(ANSWERING.replace('STOPPING', 'child.kill()'))
  const service = await startService(place)
  const first = service.pid()
  const killed = await service.killAndRestart(null)
  assert.deepEqual(killed.killedPids, [first])
  assert.equal(isAlive(first), false)
  assert.equal(isAlive(killed.pid), true)
  assert.equal(service.pid(), killed.pid)
  assert.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200)
  const stopped = await service.stop()
  assert.deepEqual([stopped.children, stopped.leftBehind], [1, []])
  assert.equal(isAlive(killed.pid), false)
  await remove()
})

test('a new process that is killed while it starts is followed by another', async () => {
  const { place, remove } = await scene(ANSWERING.replace('STOPPING', 'child.kill()'))
  const service = await startService(place)
  const killed = await service.killAndRestart(0)
  assert.equal(killed.killedPids.length, 2)
  assert.equal(new Set([...killed.killedPids, killed.pid]).size, 3)
  assert.deepEqual(killed.killedPids.filter(isAlive), [])
  assert.equal((await fetch(`${service.baseUrl}/readyz`)).status, 200)
  await service.stop()
  await remove()
})

test('a child that outlives its service is named', async () => {
  const { place, remove } = await scene(ANSWERING.replace('STOPPING', ''))
  const service = await startService(place)
  const { leftBehind } = await service.stop(200)
  assert.equal(leftBehind.length, 1)
  for (const pid of leftBehind) process.kill(pid)
  await remove()
})

test('a service that died by itself is told as that when it is stopped', async () => {
  const { place, remove } = await scene(ANSWERING.replace('STOPPING', 'child.kill()'))
  const service = await startService(place)
  process.kill(service.pid(), 'SIGTERM')
  while (isAlive(service.pid())) await new Promise((resolve) => setImmediate(resolve))
  const { endedBefore } = await service.stop(1_000)
  assert.equal(endedBefore, 'code 0')
  await remove()
})

test('a service that does not start is told with the end of its log', async () => {
  const { place, remove } = await scene("console.error('no disk'); process.exit(7)")
  await assert.rejects(startService(place), (error) => {
    assert.ok(error instanceof ServiceFailed)
    assert.match(error.message, /ended \(code 7\) before it was ready.*no disk/s)
    return true
  })
  await remove()
})

test.run()
