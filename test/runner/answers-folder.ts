// Where the processes of a run write down what the shop answered, and how they come to know of it.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const RECORDER = fileURLToPath(new URL('./record-served-answers.mjs', import.meta.url))

/** The file, no test file by its name, that judges the answers when all tests are done. */
export const VERDICT_FILE = 'test/contract/every-answer.ts'

export interface AnswersFolder {
  /** For every process of the run, and the processes they start. */
  readonly environment: Readonly<Record<string, string>>
  isEmpty(): boolean
  remove(): void
}

/** `wholeRun`: nothing was left out, so that what was never answered says something. */
export function openAnswersFolder(wholeRun: boolean): AnswersFolder {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-answers-'))
  return {
    environment: {
      TEST_ANSWERS_FOLDER: folder,
      TEST_WHOLE_RUN: wholeRun ? '1' : '0',
      NODE_OPTIONS: `--import ${RECORDER}`,
    },
    isEmpty: () => readdirSync(folder).length === 0,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
