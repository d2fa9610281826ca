// Makes a folder with the folders above it, one by one. Node 20's own recursive mkdir never returns
// where the system answers "no such file" for a parent that exists, as /proc does.

import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** Answers the folders that it made, the outermost first. Throws the system's error. */
export function makeFolder(folder: string, mode = 0o777): readonly string[] {
  if (isFolder(folder)) return []
  const parent = path.dirname(folder)
  const made = parent === folder ? [] : makeFolder(parent, mode)
  try {
    mkdirSync(folder, mode)
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && isFolder(folder)) return made
    throw error
  }
  return [...made, folder]
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}
