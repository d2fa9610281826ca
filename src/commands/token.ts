// `holdfast token`: signs a token with the configured secret, for people who try things out.

import { createSecretKey } from 'node:crypto'
import { parseSellerId, parseUserId } from '../../actors/domain/ids.ts'
import { ROLES, type Role } from '../auth/caller.ts'
import { issueToken } from '../auth/issue-token.ts'
import type { Config } from '../config.ts'
import { developmentSecret } from '../jwt-secret.ts'
import type { Command } from './command.ts'
import { nearestWord } from './nearest-word.ts'
import { readOptions } from './read-options.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast token --user ID [--role buyer|seller|ops]... [--seller ID] [--hours N]

Prints a bearer token for the HTTP API, signed with JWT_SECRET, or with the development secret of
the data folder, which a service there accepts as well.

Options:
  --user ID     whose token it is; needed
  --role ROLE   what they may do, more than once if wanted (default buyer)
  --seller ID   the seller they are; adds the role seller, which needs it
  --hours N     how long it is good for (default 24, at most 720)

Examples:
  TOKEN=$(holdfast token --user u1)
  holdfast token --user operator --role ops --hours 1
  holdfast token --user s-admin --seller seller-1

Environment: JWT_SECRET, HOLDFAST_DATA. With JWKS_URL alone, tokens come from there.

Exit codes: 0 printed, 1 there is nothing to sign with, 2 wrong usage.`

const HOURS_MAX = 720

export const token: Command = {
  name: 'token',
  summary: 'print a token for a user, to try the HTTP API with',
  help: HELP,
  run: runCommand,
}

async function runCommand(config: Config, argv: readonly string[]): Promise<number> {
  const options = readTokenOptions(argv)
  if (config.jwtSecret === null && config.jwksUrl !== null) {
    console.error(
      'Tokens come from the identity provider at JWKS_URL; set JWT_SECRET to sign here.',
    )
    return 1
  }
  const text = config.jwtSecret ?? developmentSecret(config.dataDir)
  const secret = createSecretKey(new TextEncoder().encode(text))
  console.log(await issueToken(secret, options, Date.now()))
  return 0
}

function readTokenOptions(argv: readonly string[]) {
  const { options: given } = readOptions(argv, {
    options: { user: 'value', role: 'values', seller: 'value', hours: 'value' },
    help: HELP,
  })
  if (given.user === null) throw new WrongUsage('--user is missing.', HELP)
  const userId = parseUserId(given.user)
  if (userId === null) throw new WrongUsage('--user takes 1 to 128 visible ASCII characters.', HELP)
  const sellerId = given.seller === null ? null : parseSellerId(given.seller)
  if (given.seller !== null && sellerId === null) {
    throw new WrongUsage('--seller takes 1 to 128 visible ASCII characters.', HELP)
  }
  const hours = Number(given.hours ?? '24')
  if (!Number.isInteger(hours) || hours < 1 || hours > HOURS_MAX) {
    throw new WrongUsage(`--hours takes a whole number from 1 to ${HOURS_MAX}.`, HELP)
  }
  const named = given.role.map(roleOf)
  if (named.includes('seller') && sellerId === null) {
    throw new WrongUsage('The role seller needs --seller: whose products are meant?', HELP)
  }
  const roles = sellerId === null ? named : [...named, 'seller' as const]
  return {
    userId,
    sellerId,
    roles: roles.length === 0 ? (['buyer'] as const) : [...new Set(roles)],
    ttlSeconds: hours * 3_600,
  }
}

function roleOf(text: string): Role {
  const role = ROLES.find((each) => each === text)
  if (role !== undefined) return role
  const near = nearestWord(text, ROLES)
  const meant = near === null ? '' : ` Did you mean ${near}?`
  throw new WrongUsage(`There is no role "${text}".${meant}`, HELP)
}
