// Who imports whom: layers, cycles, packages, adapters.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { checkAdapters } from './checks/adapters.ts'
import { checkCycles } from './checks/cycles.ts'
import { checkLayering } from './checks/layering.ts'
import { checkPackages } from './checks/packages.ts'
import { importsOf } from './imports-of.ts'
import { readRepository } from './repository.ts'
import { parseSource } from './source-file.ts'
import { triedOn } from './tried-on.ts'
import { assertNone } from './violation.ts'

const repository = readRepository()
const imports = suite('imports')

imports('files import only what their layer may', () => {
  assertNone(checkLayering(repository.sources))
})

imports('there are no import cycles', () => {
  assertNone(checkCycles(repository.sources))
})

imports('packages are known, and production needs no development package', () => {
  assertNone(checkPackages(repository.sources, repository.packages))
})

imports('adapters are named by the composer alone', () => {
  assertNone(checkAdapters(repository.sources))
})

imports('every way to import is seen', () => {
  const source = `
    import a from './a.ts'
    import type { B } from './b.ts'
    export { c } from './c.ts'
    export * from './d.ts'
    const e = await import('./e.ts')
    type F = import('./f.ts').F
    const g = require('./g.ts')
    const h = import.meta.resolve('./h.ts')
    const i = await import(\`./i.ts\`)
    const j = await import(e.path)`
  const found = importsOf(parseSource('x.ts', source))
  const letters = found.named.map(({ specifier }) => specifier).sort()
  assert.deepEqual(
    letters,
    [...'abcdefghi'].map((letter) => `./${letter}.ts`),
  )
  assert.deepEqual(found.computed, [11])
})

imports('the layering check finds what the table forbids', () => {
  const found = triedOn(checkLayering, {
    'actors/domain/money.ts': "import type { Pool } from 'pg'\nimport './failures.ts'",
    'actors/domain/hash.ts': "import { createHash } from 'node:crypto'",
    'actors/domain/ids.ts': "import { createHash } from 'node:crypto'",
    'actors/sku-actor.ts': "import { start } from 'nact'\nimport './serial-actor.ts'",
    'actors/serial-actor.ts': "import { start } from 'nact'",
    'persistence/postgres/ledger.ts': "import '../../actors/sku-actor.ts'\nimport 'node:fs'",
    'src/http/app.ts': "import '@hono/node-server/serve-static'\nimport 'hono/html'",
    'src/http/routes.ts': "type L = import('../../persistence/memory/ledger.ts').Ledger",
    'src/new-part/thing.ts': '',
    'src/workers/relay.ts': 'await import(name)',
    'src/compose.ts': "import '../persistence/postgres/ledger.ts'",
    'test/any.test.ts': "import '../src/compose.ts'\nawait import(name)",
  })
  assert.deepEqual(found, [
    "actors/domain/money.ts:1 imports 'pg'",
    "actors/domain/ids.ts:1 imports 'node:crypto'",
    "actors/sku-actor.ts:1 imports 'nact'",
    "persistence/postgres/ledger.ts:1 imports '../../actors/sku-actor.ts'",
    "src/http/routes.ts:1 imports '../../persistence/memory/ledger.ts'",
    'src/new-part/thing.ts:1 no import rule holds for this file',
    'src/workers/relay.ts:1 an import whose target is computed',
  ])
})

imports('the cycle check finds cycles through types and tells their way', () => {
  const found = triedOn(checkCycles, {
    'a/one.ts': "import './two.ts'\nimport './leaf.ts'",
    'a/two.ts': "import type { X } from '../b/three.ts'",
    'b/three.ts': "import './leaf.ts'\nexport { one } from '../a/one.ts'",
    'a/leaf.ts': '',
    'a/self.ts': "import './self.ts'",
  })
  assert.deepEqual(found, [
    'b/three.ts:2 closes an import cycle: a/one.ts -> a/two.ts -> b/three.ts -> a/one.ts',
    'a/self.ts:1 closes an import cycle: a/self.ts -> a/self.ts',
  ])
})

imports('the package check finds unknown, development and unprefixed modules', () => {
  const packages = { dependencies: ['pg', '@hono/node-server'], devDependencies: ['uvu'] }
  const found = triedOn((files) => checkPackages(files, packages), {
    'src/a.ts': "import 'pg'\nimport '@hono/node-server/serve-static'\nimport 'uvu'",
    'bench/b.ts': "import 'left-pad'\nimport 'fs'",
    'test/c.test.ts': "import 'uvu'\nimport 'node:fs'\nimport '@hono/other'",
  })
  assert.deepEqual(found, [
    "src/a.ts:3 imports 'uvu'",
    "bench/b.ts:1 imports 'left-pad'",
    "bench/b.ts:2 imports 'fs'",
    "test/c.test.ts:3 imports '@hono/other'",
  ])
})

imports('the adapter check finds adapters outside the composer', () => {
  const found = triedOn(checkAdapters, {
    'src/compose.ts': "import '../persistence/postgres/postgres-ledger.ts'",
    'src/compose-commands.ts': "import '../persistence/postgres/migrate.ts'",
    'src/composed/shop.ts': "import '../../persistence/postgres/migrate.ts'",
    'src/main.ts': "import '../persistence/postgres/postgres-ledger.ts'",
    'src/commands/migrate.ts': "import '../../persistence/postgres/migrate.ts'",
    'src/commands/audit.ts': "import '../../persistence/postgres/postgres-ledger.ts'",
    'src/http/pay.ts': "import type { Gateway } from '../payments/stripe-payment-gateway.ts'",
    'src/payments/one.ts': "import './two.ts'",
    'test/a.test.ts': "import '../persistence/memory/memory-ledger.ts'",
  })
  assert.deepEqual(found, [
    "src/composed/shop.ts:1 imports the adapter '../../persistence/postgres/migrate.ts'",
    "src/main.ts:1 imports the adapter '../persistence/postgres/postgres-ledger.ts'",
    "src/commands/audit.ts:1 imports the adapter '../../persistence/postgres/postgres-ledger.ts'",
    "src/http/pay.ts:1 imports the adapter '../payments/stripe-payment-gateway.ts'",
  ])
})

imports.run()
