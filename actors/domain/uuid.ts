// UUIDv7 (RFC 9562) as 32 hex digits: ids that sort by time keep index pages hot, random ones cost
// a third of the insert rate. The last digit is the user shard, so an id finds its database alone.

import { Bug } from './failures.ts'
import { USER_SHARDS } from './shard.ts'

/** `random` is 10 bytes; `userShard` is 0 to 15. */
export function uuidV7(nowMs: number, random: Uint8Array, userShard: number): string {
  if (random.length < 10) throw new Bug('a uuid needs 10 random bytes')
  if (userShard < 0 || userShard >= USER_SHARDS) throw new Bug(`no user shard ${userShard}`)
  const time = nowMs.toString(16).padStart(12, '0')
  const hex = Buffer.from(random.subarray(0, 10)).toString('hex')
  const variant = (8 + (Number.parseInt(hex.slice(3, 4), 16) % 4)).toString(16)
  return `${time}7${hex.slice(0, 3)}${variant}${hex.slice(4, 18)}${userShard.toString(16)}`
}
