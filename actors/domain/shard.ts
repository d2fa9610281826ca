// Which slice of the SKU space, and which slice of the users, a name belongs to. The rule is
// written into stored rows and never changes.

import { createHash } from 'node:crypto'
import type { Sku, UserId } from './ids.ts'

export const SKU_SHARDS = 256
export const USER_SHARDS = 16

/** 0 to 255. */
export function skuShardOf(sku: Sku): number {
  return leadingWord(sku) % SKU_SHARDS
}

/** 0 to 15. */
export function userShardOf(user: UserId): number {
  return leadingWord(user) % USER_SHARDS
}

function leadingWord(text: string): number {
  return createHash('sha256').update(text, 'utf8').digest().readUInt32BE(0)
}
