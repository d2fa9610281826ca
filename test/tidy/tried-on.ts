// Tries a check on small sources: a check that cannot fail is no check.

import { parseSources, type SourceFile } from './source-file.ts'
import type { Violation } from './violation.ts'

/** What the check finds in sources given as path and text: `path:line found`, in order. */
export function triedOn(
  check: (files: readonly SourceFile[]) => Violation[],
  sources: Readonly<Record<string, string>>,
): string[] {
  return check(parseSources(sources)).map(({ path, line, found }) => `${path}:${line} ${found}`)
}
