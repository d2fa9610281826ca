// The Dockerfile as a list of instructions, for tests that look at it or follow it by hand.

import { readFileSync } from 'node:fs'
import path from 'node:path'

export const PROJECT = path.resolve(import.meta.dirname, '../..')

export interface Instruction {
  /** In capitals: FROM, COPY, ... */
  readonly keyword: string
  /** Everything behind it, continuation lines joined by a blank. */
  readonly words: string
}

export interface Stage {
  readonly image: string
  /** null for the last one, which nobody copies from. */
  readonly name: string | null
  readonly instructions: readonly Instruction[]
}

export interface Copy {
  /** The stage that is copied from; null for the project. */
  readonly from: string | null
  readonly sources: readonly string[]
  readonly target: string
}

/** The stages in their order. */
export function readStages(text = dockerfileText()): Stage[] {
  const stages: { image: string; name: string | null; instructions: Instruction[] }[] = []
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '')
  for (const line of joined.split('\n')) {
    const [, keyword = '', words = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    if (keyword.toUpperCase() === 'FROM') {
      const [image = '', , name] = words.split(/\s+/)
      stages.push({ image, name: name ?? null, instructions: [] })
    } else stages.at(-1)?.instructions.push({ keyword: keyword.toUpperCase(), words })
  }
  return stages
}

export function dockerfileText(): string {
  return readFileSync(path.join(PROJECT, 'Dockerfile'), 'utf8')
}

export function copiesOf({ instructions }: Stage): Copy[] {
  return instructions
    .filter(({ keyword }) => keyword === 'COPY')
    .map(({ words }) => {
      const all = words.split(/\s+/)
      const flags = all.filter((word) => word.startsWith('--'))
      const names = all.filter((word) => !word.startsWith('--'))
      const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length) ?? null
      return { from, sources: names.slice(0, -1), target: names.at(-1) ?? '' }
    })
}

/** The environment that a stage sets. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const pairs = instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ words }) => words.split(/\s+/).map((pair) => pair.split('=') as [string, string]))
  return Object.fromEntries(pairs)
}

/** The command of an instruction in exec form; throws for a shell's. */
export function execFormOf(words: string): string[] {
  return JSON.parse(words.slice(words.indexOf('['))) as string[]
}
