// The service as a process: configuration, then `serve`, then an exit code.

import { inWords } from './commands/in-words.ts'
import { serve } from './commands/serve.ts'
import { readConfig } from './config.ts'

const read = readConfig()
if (read.ok) {
  try {
    process.exitCode = await serve(read.config, (line) => console.log(line))
  } catch (error) {
    console.error(inWords(error, read.config))
    // A connection that a failed start left behind, healing itself, must not keep the process.
    process.exit(1)
  }
} else {
  console.error('Holdfast cannot start. These settings need mending:')
  for (const problem of read.problems) console.error(`  - ${problem}`)
  process.exitCode = 2
}
