// What a command of the command line is. Its exit code: 0 done, 1 failed, 2 wrong usage (thrown as
// WrongUsage), 3 differences found.

import type { Config } from '../config.ts'

export interface Command {
  /** As it is typed; of one word or two. */
  readonly name: string
  /** One line for the list of all commands. */
  readonly summary: string
  /** The whole of --help. Its first paragraph is the usage. */
  readonly help: string
  run(config: Config, argv: readonly string[]): Promise<number>
  /** What it says when the settings cannot be right; without it, they are wrong usage. */
  wrongSettings?(problems: readonly string[], argv: readonly string[]): number
}
