#!/usr/bin/env node

// The command line as a process.

import { runCommandLine } from './commands/run-command-line.ts'

// Whoever reads only the beginning of the output, like head, is no reason for an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})
process.exitCode = await runCommandLine(process.argv.slice(2))
// A connection that a failed command left behind, healing itself, must not keep the process.
if (process.exitCode === 1) process.exit()
