// The build leaves under dist/ exactly the assets that the sources have.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { copyAssets } from '../../src/embedded/copy-assets.ts'
import { temporaryDataFolder } from './run-service.ts'

const test = suite('copied assets')

const folder = temporaryDataFolder()
test.after(() => folder.remove())

test('SQL, Lua and CSV go along, follow changes, and leave when their source leaves', () => {
  const project = path.join(folder.dataDir, 'project')
  const target = path.join(project, 'dist')
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true })
    writeFileSync(path.join(project, name), text)
  }
  write('persistence/postgres/sql/a.sql', 'select 1')
  write('persistence/redis/b.lua', 'return 1')
  write('src/catalogue/sample.csv', 'sku')
  write('src/catalogue/code.ts', 'code')
  write('test/c.sql', 'select 3')
  write('dist/persistence/postgres/sql/gone.sql', 'select 0')
  write('dist/src/main.js', 'code')
  assert.equal(copyAssets(project, target), 4)
  assert.equal(copyAssets(project, target), 0)
  assert.equal(existsSync(path.join(target, 'persistence/postgres/sql/gone.sql')), false)
  assert.equal(existsSync(path.join(target, 'src/catalogue/code.ts')), false)
  assert.equal(existsSync(path.join(target, 'test/c.sql')), false)
  assert.equal(existsSync(path.join(target, 'src/main.js')), true)
  write('persistence/redis/b.lua', 'return 2')
  assert.equal(copyAssets(project, target), 1)
  assert.equal(readFileSync(path.join(target, 'persistence/redis/b.lua'), 'utf8'), 'return 2')
})

test.run()
