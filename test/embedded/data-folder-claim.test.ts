// Two services must never share a data folder, and a dead one must never block it.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { claimDataFolder, ownerOfDataFolder } from '../../src/embedded/data-folder-claim.ts'
import { type TemporaryDataFolder, temporaryDataFolder } from './run-service.ts'

const test = suite('claim on a data folder')

let folder: TemporaryDataFolder
test.before.each(() => {
  folder = temporaryDataFolder()
})
test.after.each(() => folder.remove())

test('of many that start together at most one gets the folder', async () => {
  const claims = await Promise.allSettled(
    Array.from({ length: 8 }, () => claimDataFolder(folder.dataDir)),
  )
  const taken = claims.filter((claim) => claim.status === 'fulfilled')
  assert.ok(taken.length <= 1, `${taken.length} claims were granted at the same time`)
})

test('the folder can be taken again once it was given back', async () => {
  const first = await claimDataFolder(folder.dataDir)
  await assert.rejects(claimDataFolder(folder.dataDir), /already running/)
  first.release()
  assert.equal(ownerOfDataFolder(folder.dataDir), null)
  const second = await claimDataFolder(folder.dataDir)
  assert.equal(ownerOfDataFolder(folder.dataDir)?.pid, process.pid)
  second.release()
})

test('the claim of a dead process, also one whose pid lives on, is swept away', async () => {
  const claims = path.join(folder.dataDir, 'claims')
  mkdirSync(claims)
  const stale = path.join(claims, 'stale.claim')
  writeFileSync(stale, JSON.stringify({ pid: process.pid, began: 'an earlier boot 17' }))
  writeFileSync(path.join(claims, 'broken.claim'), '{')
  const claim = await claimDataFolder(folder.dataDir)
  assert.equal(existsSync(stale), false)
  assert.equal(readdirSync(claims).length, 1)
  claim.release()
})

test.run()
