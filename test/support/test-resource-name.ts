// Names for what a test file makes in a shared server: they show which file and process made it,
// and no two are alike.

import path from 'node:path'
import { fileURLToPath } from 'node:url'

const FILE_PART_MAX_CHARACTERS = 30

let made = 0

/** `<file>_<pid>_<n>` in small letters, digits and underscores; short enough for a database. */
export function testResourceName(fileUrl: string): string {
  const file = path.basename(fileURLToPath(fileUrl)).replace(/\.test\.ts$/, '')
  const plain = file.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  made += 1
  return `${plain.slice(0, FILE_PART_MAX_CHARACTERS)}_${process.pid}_${made}`
}
