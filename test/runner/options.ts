// The command line of the runner.

import { parseArgs } from 'node:util'

export interface RunOptions {
  /** Folders and files to run; none means everything under `test/`. */
  readonly wanted: readonly string[]
  readonly jobs: number
  readonly limitSeconds: number
}

export const USAGE = `usage: node --import tsx test/run.ts [options] [folder or file ...]

  --jobs N           test files that run at the same time (default 2)
  --limit-seconds N  time a file may take before it is killed and fails (default 180)`

/** Reads the arguments behind the script's name; throws an Error that says what is wrong. */
export function parseRunOptions(args: readonly string[]): RunOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      jobs: { type: 'string', default: '2' },
      'limit-seconds': { type: 'string', default: '180' },
    },
  })
  return {
    wanted: positionals,
    jobs: atLeastOne('--jobs', values.jobs),
    limitSeconds: atLeastOne('--limit-seconds', values['limit-seconds']),
  }
}

function atLeastOne(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`${option} takes a whole number of at least 1, not "${text}".`)
  }
  return number
}
