// Loaded into every test file's process before the file (`node --import`). Does nothing in a
// process that the runner did not start itself, such as a fork of a test.

import module from 'node:module'
import { resolve } from './redirects.ts'
import { hasRunner } from './report-channel.ts'

// Newer than the type declarations of the oldest Node that is supported.
interface SynchronousHooks {
  registerHooks?(hooks: { resolve: unknown }): void
}

if (hasRunner()) {
  const { registerHooks } = module as unknown as SynchronousHooks
  if (registerHooks === undefined) module.register('./redirects.ts', import.meta.url)
  else registerHooks({ resolve })
}
