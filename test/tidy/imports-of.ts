// Every way in which a file names another one: import, export from, import(), types by import(),
// require. Type-only imports count: they are dependencies of whoever has to read the file.

import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { type Node, Visitor } from 'oxc-parser'
import type { SourceFile } from './source-file.ts'

export interface Import {
  /** As written. */
  readonly specifier: string
  readonly line: number
}

export type ImportTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'node'; readonly name: string; readonly prefixed: boolean }
  | { readonly kind: 'package'; readonly name: string }

/** `computed` are the lines of imports whose target is not a plain text. */
export interface Imports {
  readonly named: readonly Import[]
  readonly computed: readonly number[]
}

export function importsOf(file: SourceFile): Imports {
  const named: Import[] = []
  const computed: number[] = []
  const add = (source: Node | null | undefined): void => {
    if (source === null || source === undefined) return
    const text = plainText(source)
    const line = file.lineOf(source.start)
    if (text === null) computed.push(line)
    else named.push({ specifier: text, line })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    CallExpression: (node) => {
      if (/^(require|require\.resolve|import\.meta\.resolve)$/.test(textOf(file, node.callee))) {
        add(node.arguments[0])
      }
    },
  }).visit(file.program)
  return { named, computed }
}

/** What a specifier written in the file at `path` points at. */
export function targetOf(path: string, specifier: string): ImportTarget {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(path), specifier) }
  }
  const bare = specifier.replace(/^node:/, '')
  const prefixed = bare !== specifier
  if (prefixed || builtinModules.includes(bare)) return { kind: 'node', name: bare, prefixed }
  const depth = specifier.startsWith('@') ? 2 : 1
  return { kind: 'package', name: specifier.split('/').slice(0, depth).join('/') }
}

function plainText(node: Node): string | null {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? null
  }
  return null
}

function textOf(file: SourceFile, node: Node): string {
  return file.text.slice(node.start, node.end)
}
