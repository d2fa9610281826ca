// Which address a request comes from. X-Forwarded-For is written by anybody; it is believed only as
// far as proxies of the operator wrote it, which is a number that the operator configures.

import type { HttpContext } from './http-env.ts'

const PORT_OF_V4 = /^(\d+(?:\.\d+){3}):\d+$/
const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/
const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const UNKNOWN = 'unknown'

/**
 * The address as a key to count by: IPv4 whole, IPv6 by its /64, which is what one customer of a
 * provider gets. `trustedProxies` is how many proxies of the operator's stand before the service.
 */
export function clientAddress(c: HttpContext, trustedProxies: number): string {
  const peer = networkOf(c.env?.incoming?.socket.remoteAddress ?? '') ?? UNKNOWN
  if (trustedProxies === 0) return peer
  // Each proxy adds whom it heard from at the end: what stands further left, anybody may have sent.
  const told = (c.req.header('x-forwarded-for') ?? '').split(',')
  return networkOf((told.at(-trustedProxies) ?? '').trim()) ?? peer
}

/** null when the text is no address. */
export function networkOf(text: string): string | null {
  const bare = PORT_OF_V4.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1] ?? text
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (V4.test(address)) return address
  // The platform's parser writes IPv6 in one way only, and refuses what is none.
  const url = `http://[${address}]`
  if (!address.includes(':') || !URL.canParse(url)) return null
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = tail === undefined ? before : [...before, ...zeros, ...after]
  return `${groups.slice(0, 4).join(':')}::/64`
}
