// Which test files a run is about. An argument that matches nothing is an error: a misspelt folder
// must not look like a green run.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const TEST_FILE = /\.test\.ts$/

export type Found =
  | { readonly ok: true; readonly files: readonly string[] }
  | { readonly ok: false; readonly reason: string }

/**
 * Lists the `*.test.ts` files of the named folders and files, as sorted paths relative to `root`.
 * Folders whose name begins with a dot are left out unless they are named themselves.
 */
export function findTestFiles(root: string, wanted: readonly string[]): Found {
  const files = new Set<string>()
  for (const each of wanted.length === 0 ? ['test'] : wanted) {
    const path = resolve(root, each)
    const found = existsSync(path) ? testFilesAt(path) : []
    if (found.length === 0) {
      return { ok: false, reason: `No test file (*.test.ts) is at ${each}. Check the path.` }
    }
    for (const file of found) files.add(relative(root, file))
  }
  return { ok: true, files: [...files].sort() }
}

function testFilesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return TEST_FILE.test(path) ? [path] : []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : testFilesAt(inside)
    return TEST_FILE.test(entry.name) ? [inside] : []
  })
}
