// The build step after the compiler: SQL, Lua and CSV files are read at run time from beside the
// code, so they are copied to the same places under dist/. A file whose source is gone is removed:
// a migration that no longer exists must not run.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDERS = ['src', 'actors', 'persistence', 'bench'] as const
const ENDINGS: readonly string[] = ['.sql', '.lua', '.csv']

/** Makes the assets under `target` those under `project`; answers how many had to change. */
export function copyAssets(project: string, target: string): number {
  let changes = 0
  for (const folder of FOLDERS) {
    const wanted = assetsIn(path.join(project, folder))
    const there = assetsIn(path.join(target, folder))
    for (const name of wanted) {
      changes += copyIfChanged(path.join(project, folder, name), path.join(target, folder, name))
    }
    for (const name of there) {
      if (wanted.has(name)) continue
      rmSync(path.join(target, folder, name))
      changes += 1
    }
  }
  return changes
}

function assetsIn(folder: string): Set<string> {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return new Set()
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Set(names.filter((name) => ENDINGS.includes(path.extname(name))))
}

function copyIfChanged(source: string, target: string): 0 | 1 {
  const there = statSync(target, { throwIfNoEntry: false })
  if (there !== undefined && readFileSync(target).equals(readFileSync(source))) return 0
  mkdirSync(path.dirname(target), { recursive: true })
  copyFileSync(source, target)
  return 1
}

// Run as a program from the project's folder; imported by its test, it does nothing by itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  copyAssets(process.cwd(), path.join(process.cwd(), 'dist'))
}
