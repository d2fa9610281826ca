// The options of a command, strictly: what is not known, not wanted or not there is wrong usage,
// told by name and with what may have been meant.

import { parseArgs } from 'node:util'
import { nearestWord } from './nearest-word.ts'
import { WrongUsage } from './wrong-usage.ts'

/** A flag is there or not; a value is a text, or a list of them when it may be repeated. */
export type OptionKind = 'flag' | 'value' | 'values'

export interface Usage<Options extends Readonly<Record<string, OptionKind>>> {
  readonly options: Options
  /** Names of what has no dashes, in order; all are needed. */
  readonly operands?: readonly string[]
  readonly help: string
}

type ValueOf<Kind extends OptionKind> = Kind extends 'flag'
  ? boolean
  : Kind extends 'value'
    ? string | null
    : readonly string[]

export interface ReadOptions<Options extends Readonly<Record<string, OptionKind>>> {
  readonly options: { readonly [Name in keyof Options]: ValueOf<Options[Name]> }
  /** As many as `operands` names. */
  readonly operands: readonly string[]
}

/** Throws WrongUsage. */
export function readOptions<const Options extends Readonly<Record<string, OptionKind>>>(
  argv: readonly string[],
  { options, operands: wanted = [], help }: Usage<Options>,
): ReadOptions<Options> {
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(
        Object.entries(options).map(([name, kind]) => [
          name,
          { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    },
    strict: false,
    tokens: true,
  })
  const found = new Map<string, true | string | string[]>()
  for (const [name, kind] of Object.entries(options)) if (kind === 'values') found.set(name, [])
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind === 'option') takeOption(token, options, found, help)
  }
  countOperands(operands, wanted, help)
  const entries = Object.entries(options).map(([name, kind]) => [
    name,
    found.get(name) ?? (kind === 'flag' ? false : null),
  ])
  return {
    options: Object.fromEntries(entries) as ReadOptions<Options>['options'],
    operands,
  }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function takeOption(
  { name, rawName, value, inlineValue }: OptionToken,
  kinds: Readonly<Record<string, OptionKind>>,
  found: Map<string, true | string | string[]>,
  help: string,
): void {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind === undefined) {
    const near = nearestWord(name, [...Object.keys(kinds), 'help'])
    const meant = near === null ? '' : ` Did you mean --${near}?`
    throw new WrongUsage(`There is no option ${rawName}.${meant}`, help)
  }
  if (kind === 'flag') {
    if (value !== undefined) throw new WrongUsage(`${rawName} takes no value.`, help)
    found.set(name, true)
    return
  }
  if (value === undefined || value === '') {
    throw new WrongUsage(`${rawName} takes a value.`, help)
  }
  if (inlineValue !== true && value.startsWith('-') && value !== '-') {
    const instead = `Write ${rawName}=${value} if that is the value.`
    throw new WrongUsage(
      `${rawName} takes a value, and ${value} looks like an option. ${instead}`,
      help,
    )
  }
  if (kind === 'values') (found.get(name) as string[]).push(value)
  else if (found.has(name)) throw new WrongUsage(`${rawName} is there twice.`, help)
  else found.set(name, value)
}

function countOperands(given: readonly string[], wanted: readonly string[], help: string): void {
  const missing = wanted[given.length]
  if (missing !== undefined) throw new WrongUsage(`${missing} is missing.`, help)
  const extra = given[wanted.length]
  if (extra !== undefined) throw new WrongUsage(`"${extra}" is one argument too many.`, help)
}
