// The ETag of a product is its version, so that a change can be tied to what was seen before it.

import type { Product } from '../../../actors/domain/product.ts'

export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'Tags that are known already; one that still holds is answered 304.',
  schema: { type: 'string' as const, example: '"3"' },
}

export const IF_MATCH = {
  name: 'If-Match',
  in: 'header' as const,
  required: false,
  description: 'The tag of the version to replace; `*` for any.',
  schema: { type: 'string' as const, example: '"3"' },
}

export function etagOf(product: Product): string {
  return `"${product.version}"`
}

// A version is an integer column; a tag past it is none of ours, and no number to ask for.
const VERSION_MAX = 2_147_483_647

export type VersionWanted =
  /** No condition. */
  | { readonly kind: 'none' }
  /** `*`: there must be one. */
  | { readonly kind: 'any' }
  | { readonly kind: 'version'; readonly version: number }
  /** A tag that no product can have. */
  | { readonly kind: 'none_of_ours' }

/** Reads If-Match. Weak tags never match (RFC 9110, 13.1.1), and we know no lists of versions. */
export function versionWanted(ifMatch: string | undefined): VersionWanted {
  if (ifMatch === undefined) return { kind: 'none' }
  if (ifMatch.trim() === '*') return { kind: 'any' }
  const version = Number(/^\s*"([1-9][0-9]{0,9})"\s*$/.exec(ifMatch)?.[1])
  return version <= VERSION_MAX ? { kind: 'version', version } : { kind: 'none_of_ours' }
}

/** Reads If-None-Match, by the weak comparison that belongs to it (RFC 9110, 13.1.2). */
export function isSeen(product: Product, ifNoneMatch: string | undefined): boolean {
  return isTagSeen(etagOf(product), ifNoneMatch)
}

export function isTagSeen(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag)
}
