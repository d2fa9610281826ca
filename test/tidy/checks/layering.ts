// The table of who may import whom, applied. A file without a row is a violation too: a new folder
// says first where it stands.

import { MAY_IMPORT } from '../import-rules.ts'
import { type ImportTarget, importsOf, targetOf } from '../imports-of.ts'
import { isIn, isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

export function checkLayering(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => file.path.includes('/')).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const rule = MAY_IMPORT.filter((each) => isIn(file.path, each.files)).sort(
    (left, right) => right.files.length - left.files.length,
  )[0]
  if (rule === undefined) {
    const mend = 'Every folder has a row in test/tidy/import-rules.ts. Add one for this.'
    return [{ path: file.path, line: 1, found: 'no import rule holds for this file', mend }]
  }
  const { named, computed } = importsOf(file)
  const violations: Violation[] = isTest(file.path)
    ? []
    : computed.map((line) => ({
        path: file.path,
        line,
        found: 'an import whose target is computed',
        mend: 'Imports are written as plain text, so that the import rules can see them.',
      }))
  const { files, may } = rule
  if (may === 'anything') return violations
  for (const { specifier, line } of named) {
    const target = targetOf(file.path, specifier)
    if (may.some((allowed) => covers(allowed, target))) continue
    const mend = `Files of ${files} may import only: ${may.join(', ')} (test/tidy/import-rules.ts).`
    violations.push({ path: file.path, line, found: `imports '${specifier}'`, mend })
  }
  return violations
}

function covers(allowed: string, target: ImportTarget): boolean {
  switch (target.kind) {
    case 'file':
      return isIn(target.path, allowed)
    case 'node':
      return allowed === 'node:*' || isIn(`node:${target.name}`, allowed)
    case 'package':
      return allowed === target.name || allowed === target.name.replace(/\/.*$/, '/*')
  }
}
