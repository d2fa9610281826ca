// Files are named for what they hold. A drawer ("utils") attracts whatever has no place, and an
// `index.ts` hides where things are.

import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const DRAWER = /(?:^|-)(?:utils?|helpers?|common|types|misc|lib|interfaces|stuff|shared)$/
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

export function checkFileNames(files: readonly Pick<SourceFile, 'path'>[]): Violation[] {
  return files.flatMap(({ path }) => {
    const parts = path.replace(/(?:\.test|\.config|\.d)?\.ts$/, '').split('/')
    return parts.flatMap((part) => {
      const mend = whyNot(part)
      return mend === null ? [] : [{ path, line: 1, found: `the name '${part}'`, mend }]
    })
  })
}

function whyNot(name: string): string | null {
  if (name === 'index') return 'No barrels and no index files: importers name the file they mean.'
  if (DRAWER.test(name)) return 'A name says what is inside. Name it for its content, or split it.'
  return KEBAB_CASE.test(name) ? null : 'Files and folders are named in kebab-case.'
}
