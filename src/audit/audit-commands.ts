// Stock changes that were asked for over HTTP: whoever was told "done" finds the one entry that did
// it (I6). The entry is found by the command id, which is made from the request and nothing else.

import { createHash } from 'node:crypto'
import { type AuditView, commandKeyOf } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

const REPEATED_MAX = 1_000

/** Reports to I6. */
export async function auditCommands(view: AuditView, tally: Tally): Promise<void> {
  for (const { of, id, times } of await view.repeatedCommands(REPEATED_MAX)) {
    tally.violated('I6', `${of}: command ${id} was carried out ${times} times`)
  }
  for await (const page of view.stockAnswers()) {
    const asked = page.map((answer) => ({ ...answer, commandId: commandIdOf(answer) }))
    const there = await view.commands(asked)
    for (const command of asked) {
      tally.looked('I6')
      if (there.has(commandKeyOf(command))) continue
      const who = `${command.caller} was told that ${command.sku} changed (key ${command.key})`
      tally.violated('I6', `${who}, but no entry did it`)
    }
  }
}

function commandIdOf({ caller, key }: { readonly caller: string; readonly key: string }): string {
  return createHash('sha256').update(`${caller}\n${key}`, 'utf8').digest('hex')
}
