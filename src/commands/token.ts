// `holdfast token`: signs a token with the configured secret, for people who try things out.

import { createSecretKey } from 'node:crypto'
import { parseArgs } from 'node:util'
import { parseSellerId, parseUserId } from '../../actors/domain/ids.ts'
import { ROLES, type Role } from '../auth/caller.ts'
import { issueToken } from '../auth/issue-token.ts'
import type { Config } from '../config.ts'
import { developmentSecret } from '../jwt-secret.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast token --user ID [--role buyer|seller|ops]... [--seller ID] [--hours N]

Prints a bearer token. --seller adds the role seller, which needs it. The role is buyer unless one
is named. Signed with JWT_SECRET, or with the development secret of the data folder.

  --hours N   how long it is good for (default 24, at most 720)`

const HOURS_MAX = 720

export async function tokenCommand(config: Config, argv: readonly string[]): Promise<number> {
  const options = readOptions(argv)
  if (options === null) {
    console.log(HELP)
    return 0
  }
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

function readOptions(argv: readonly string[]) {
  const values = parsed(argv)
  if (values.help) return null
  const userId = parseUserId(values.user ?? '')
  if (userId === null) throw new WrongUsage('--user takes 1 to 128 visible ASCII characters.', HELP)
  const sellerId = values.seller === undefined ? null : parseSellerId(values.seller)
  if (values.seller !== undefined && sellerId === null) {
    throw new WrongUsage('--seller takes 1 to 128 visible ASCII characters.', HELP)
  }
  const hours = Number(values.hours)
  if (!Number.isInteger(hours) || hours < 1 || hours > HOURS_MAX) {
    throw new WrongUsage(`--hours takes a whole number from 1 to ${HOURS_MAX}.`, HELP)
  }
  const named = (values.role ?? []).map(roleOf)
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
  if (role === undefined) throw new WrongUsage(`There is no role "${text}".`, HELP)
  return role
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        user: { type: 'string' },
        role: { type: 'string', multiple: true },
        seller: { type: 'string' },
        hours: { type: 'string', default: '24' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new WrongUsage(String(error instanceof Error ? error.message : error), HELP)
  }
}
