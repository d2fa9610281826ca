// From what was typed to a command and its arguments.

import type { Command } from './command.ts'
import { nearestWord } from './nearest-word.ts'

export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly argv: readonly string[] }
  | { readonly kind: 'help'; readonly command: Command | null }
  | { readonly kind: 'unknown'; readonly typed: string; readonly nearest: string | null }
  | { readonly kind: 'nothing' }

/** `--help` and `-h` win over whatever else is wrong; what follows `--` is not looked at. */
export function findCommand(commands: readonly Command[], argv: readonly string[]): Found {
  const [first] = argv
  if (first === undefined) return { kind: 'nothing' }
  const asksForHelp = first === 'help'
  const words = asksForHelp ? argv.slice(1) : argv
  if (isHelp(words[0])) return { kind: 'help', command: null }
  const command = commands.find(({ name }) => startsWith(words, name.split(' ')))
  if (command === undefined) {
    if (asksForHelp && words.length === 0) return { kind: 'help', command: null }
    return unknown(commands, words)
  }
  const rest = words.slice(command.name.split(' ').length)
  if (asksForHelp || beforeDashes(rest).some(isHelp)) return { kind: 'help', command }
  return { kind: 'command', command, argv: rest }
}

function unknown(commands: readonly Command[], words: readonly string[]): Found {
  const [first = '', second] = words
  const pair = second === undefined || second.startsWith('-') ? first : `${first} ${second}`
  const names = commands.map(({ name }) => name)
  // A name of two words is known by its first one as well.
  const isGroup = names.some((name) => name.startsWith(`${first} `))
  const typed = isGroup ? pair : first
  const nearest =
    nearestWord(typed, names) ??
    nearestWord(pair, names) ??
    names.find((name) => name.startsWith(`${first} `)) ??
    null
  return { kind: 'unknown', typed, nearest }
}

function startsWith(words: readonly string[], name: readonly string[]): boolean {
  return name.every((word, at) => words[at] === word)
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h'
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--')
  return at < 0 ? words : words.slice(0, at)
}
