// Scripts live in scripts/*.lua, one step a file. Redis runs each in one piece, so what a script
// checks still holds when it writes.

import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { Bug } from '../../actors/domain/failures.ts'

/** Runs the script on one key; the answer is whatever the script returns. */
export type Script = (key: string, ...values: readonly (string | number)[]) => Promise<unknown>

/** Reads scripts/<name>.lua and gives it to the client as a command; throws when there is none. */
export function loadScript(client: Redis, name: string): Script {
  const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
  client.defineCommand(name, { numberOfKeys: 1, lua })
  // The command becomes a method that the client's type knows nothing about.
  const run: unknown = Reflect.get(client, name)
  if (typeof run !== 'function') throw new Bug(`Redis client took no script ${name}`)
  return (key, ...values) => Reflect.apply(run, client, [key, ...values]) as Promise<unknown>
}
