// Concrete adapters are named in src/compose.ts and src/compose-*.ts alone. The import table says
// so already; this says it again without a table, so that no row can quietly give it up.

import { importsOf, targetOf } from '../imports-of.ts'
import { isIn, isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const ADAPTERS = ['persistence', 'src/payments']
const COMPOSER = /^src\/compose(-[a-z-]+)?\.ts$/

// A command that prepares the database runs before there is anything to compose.
const MIGRATION = { command: 'src/commands', adapter: 'persistence/postgres/migrate.ts' }

export function checkAdapters(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => !isTest(file.path) && !COMPOSER.test(file.path)).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  return importsOf(file).named.flatMap(({ specifier, line }) => {
    const target = targetOf(file.path, specifier)
    if (target.kind !== 'file' || !namesAdapter(file.path, target.path)) return []
    const mend = 'Only src/compose*.ts name adapters. Take the port as a parameter instead.'
    return [{ path: file.path, line, found: `imports the adapter '${specifier}'`, mend }]
  })
}

function namesAdapter(from: string, to: string): boolean {
  if (isIn(from, MIGRATION.command) && to === MIGRATION.adapter) return false
  return ADAPTERS.some((folder) => isIn(to, folder) && !isIn(from, folder))
}
