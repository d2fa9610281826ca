// The project as the checks see it. Files are found by walking the folders; git is asked
// separately, so that a walk that misses files is noticed instead of passing.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSource, type SourceFile } from './source-file.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS_LEFT_OUT = new Set(['node_modules', 'dist'])

export interface TextFile {
  readonly path: string
  readonly text: string
}

export interface PackageLists {
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

export interface Repository {
  readonly sources: readonly SourceFile[]
  readonly sqlFiles: readonly TextFile[]
  readonly packages: PackageLists
}

/** Reads and parses everything; about a second for a few hundred files. */
export function readRepository(): Repository {
  const paths = walk('')
  return {
    sources: paths
      .filter((path) => path.endsWith('.ts'))
      .map((path) => parseSource(path, readText(path))),
    sqlFiles: paths
      .filter((path) => path.endsWith('.sql'))
      .map((path) => ({ path, text: readText(path) })),
    packages: readPackages(),
  }
}

/** The TypeScript files that git knows or would add, but for those deleted from the disk. */
export function sourcePathsOfGit(): string[] {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts']
  const output = execFileSync('git', listing, { cwd: ROOT, encoding: 'utf8' })
  const paths = new Set(output.split('\0').filter((path) => path !== ''))
  return [...paths].filter((path) => existsSync(join(ROOT, path))).sort()
}

function walk(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.name.startsWith('.') || FOLDERS_LEFT_OUT.has(entry.name)) return []
    return entry.isDirectory() ? walk(path) : [path]
  })
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function readPackages(): PackageLists {
  const manifest = JSON.parse(readText('package.json')) as Record<string, object | undefined>
  return {
    dependencies: Object.keys(manifest['dependencies'] ?? {}),
    devDependencies: Object.keys(manifest['devDependencies'] ?? {}),
  }
}
