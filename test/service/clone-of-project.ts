// The project once more, in a folder of the test's choice: its sources on the modules that are
// installed here. What is built there meets no other build.

import { chmodSync, cpSync, symlinkSync } from 'node:fs'
import path from 'node:path'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const SOURCES = [
  ...['src', 'actors', 'persistence', 'bench'],
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json'],
]

/** Makes it, where everybody may enter; answers its folder. */
export function cloneOfProject(folder: string): string {
  chmodSync(path.dirname(folder), 0o755)
  for (const name of SOURCES) {
    cpSync(path.join(PROJECT, name), path.join(folder, name), { recursive: true })
  }
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'))
  return folder
}

/** Storage by URL belongs to whoever runs the tests, not to a newcomer. */
export function newcomersEnvironment(dataDir: string): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = { ...process.env, HOLDFAST_DATA: dataDir, LOG_LEVEL: 'warn' }
  for (const name of ['DATABASE_URL', 'REDIS_URL']) delete own[name]
  return own
}
