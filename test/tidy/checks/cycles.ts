// No import cycles, types included: files that need each other are one file, or hide a third one.

import { importsOf, targetOf } from '../imports-of.ts'
import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

interface Edge {
  readonly to: string
  readonly line: number
}

/** Reports each cycle once, at the import that closes it. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(files.map((file) => [file.path, edgesOf(file)]))
  const done = new Set<string>()
  const trail: string[] = []
  const violations: Violation[] = []

  function visit(path: string): void {
    trail.push(path)
    for (const { to, line } of graph.get(path) ?? []) {
      if (done.has(to)) continue
      const since = trail.indexOf(to)
      if (since < 0) visit(to)
      else violations.push(violation(path, line, [...trail.slice(since), to]))
    }
    trail.pop()
    done.add(path)
  }

  for (const path of graph.keys()) if (!done.has(path)) visit(path)
  return violations
}

function violation(path: string, line: number, cycle: readonly string[]): Violation {
  const mend = 'Move what both sides need into a file that imports neither.'
  return { path, line, found: `closes an import cycle: ${cycle.join(' -> ')}`, mend }
}

function edgesOf(file: SourceFile): Edge[] {
  return importsOf(file).named.flatMap(({ specifier, line }) => {
    const target = targetOf(file.path, specifier)
    return target.kind === 'file' ? [{ to: target.path, line }] : []
  })
}
