// What is wrong with a data folder, in words: the system's error names a file and a code, a person
// needs to know what it means and what to do.

import { StartRefused } from './start-refused.ts'

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'Let this user write there, or name another folder with HOLDFAST_DATA.',
  EPERM: 'Let this user write there, or name another folder with HOLDFAST_DATA.',
  EROFS: 'It is mounted read-only: name a folder that can be written to with HOLDFAST_DATA.',
  ENOSPC: 'The disk is full: make room, or name a folder on another disk with HOLDFAST_DATA.',
  EDQUOT: 'The quota is used up: make room, or name a folder elsewhere with HOLDFAST_DATA.',
  ENOENT: 'No folder can be made there: name another one with HOLDFAST_DATA.',
  ENOTDIR:
    'A file is where a folder has to be: move it, or name another folder with HOLDFAST_DATA.',
  EEXIST: 'A file is where a folder has to be: move it, or name another folder with HOLDFAST_DATA.',
  EISDIR: 'A folder is where a file has to be: move it, or name another folder with HOLDFAST_DATA.',
  ENAMETOOLONG: 'The name is too long: name a shorter one with HOLDFAST_DATA.',
}

// The codes mean other things for sockets and processes.
const FILE_CALLS = new Set([
  ...['access', 'chmod', 'chown', 'copyfile', 'fsync', 'link', 'lstat', 'mkdir', 'mkdtemp'],
  ...['open', 'read', 'rename', 'rm', 'rmdir', 'scandir', 'stat', 'symlink', 'unlink', 'write'],
])

/** The system's error about a file as a StartRefused; any other error as it is. */
export function folderTrouble(dataDir: string, error: unknown): unknown {
  if (error instanceof StartRefused || !(error instanceof Error)) return error
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  const advice = ADVICE[code]
  if (advice === undefined || !FILE_CALLS.has(syscall)) return error
  const first = `The data folder ${dataDir} cannot be used: ${error.message}`
  return new StartRefused([first, advice], { cause: error })
}
