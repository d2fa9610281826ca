// Each file of persistence/postgres/sql is one statement, says its name and its parameters on top,
// and is used: a statement that nobody runs is dead code that no compiler sees.

import { Visitor } from 'oxc-parser'
import type { TextFile } from '../repository.ts'
import { isIn, isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const FOLDER = 'persistence/postgres/sql'

export function checkSqlFiles(
  sqlFiles: readonly TextFile[],
  sources: readonly SourceFile[],
): Violation[] {
  const texts = new Set(sources.filter((file) => !isTest(file.path)).flatMap(textsOf))
  return sqlFiles
    .filter((file) => isIn(file.path, FOLDER))
    .flatMap((file) => [...checkTop(file), ...checkOneStatement(file), ...checkUse(file, texts)])
}

/** Counts the statements of a script; semicolons in comments, texts and $$ bodies do not count. */
export function statementCountOf(sql: string): number {
  const bare = sql.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1/g,
    (part) => (part.startsWith('-') || part.startsWith('/*') ? ' ' : 'x'),
  )
  return bare.split(';').filter((statement) => statement.trim() !== '').length
}

function checkTop(file: TextFile): Violation[] {
  const opening = `-- ${nameOf(file)}: `
  if (file.text.startsWith(opening)) return []
  const mend = `The file starts with "${opening}" and what it does; its parameters follow.`
  return [{ path: file.path, line: 1, found: 'not the opening of an SQL file', mend }]
}

function checkOneStatement(file: TextFile): Violation[] {
  const count = statementCountOf(file.text)
  if (count === 1) return []
  const mend = 'One statement, one file. Split it, or delete it.'
  return [{ path: file.path, line: 1, found: `${count} statements`, mend }]
}

function checkUse(file: TextFile, texts: ReadonlySet<string>): Violation[] {
  const name = nameOf(file)
  const inFolder = file.path.slice(FOLDER.length + 1)
  const spellings = [name, inFolder].flatMap((each) => [each, each.replace(/\.sql$/, '')])
  if (spellings.some((spelling) => texts.has(spelling))) return []
  const mend = 'No TypeScript file names it as a text of its own. Use it, or delete it.'
  return [{ path: file.path, line: 1, found: 'a statement that nobody runs', mend }]
}

function nameOf(file: TextFile): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1)
}

function textsOf(file: SourceFile): string[] {
  const texts: string[] = []
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') texts.push(node.value, node.value.replace(/^.*\//, ''))
    },
    TemplateElement: (node) => {
      texts.push(node.value.raw.replace(/^.*\//, ''))
    },
  }).visit(file.program)
  return texts
}
