// One parsed TypeScript file. oxc-parser reads it, since TypeScript 7 has no JavaScript API and
// import checkers built on the old one scan nothing and pass.

import { type Comment, type Program, parseSync } from 'oxc-parser'

export interface SourceFile {
  /** Path from the root of the project, with `/`. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly parseErrors: readonly string[]
  /** Line, from 1, of an offset into the text. */
  lineOf(offset: number): number
}

export function parseSource(path: string, text: string): SourceFile {
  const result = parseSync(path, text)
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1)
  }
  return {
    path,
    text,
    lines: text.replace(/\n$/, '').split('\n'),
    program: result.program,
    comments: result.comments,
    parseErrors: result.errors.map((error) => error.message),
    lineOf: (offset) => {
      const next = lineStarts.findIndex((start) => start > offset)
      return next < 0 ? lineStarts.length : next
    },
  }
}

/** Parses files given as path and text, for checks that are tried on small sources. */
export function parseSources(sources: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(sources).map(([path, text]) => parseSource(path, text))
}

export function isTest(path: string): boolean {
  return path.startsWith('test/')
}

/** True when `path` is `folder` or lies in it. */
export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
