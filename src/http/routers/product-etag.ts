// The ETag of a product is its version, so that a change can be tied to what was seen before it.

import type { Product } from '../../../actors/domain/product.ts'

export function etagOf(product: Product): string {
  return `"${product.version}"`
}

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
  const version = /^\s*"([1-9][0-9]{0,14})"\s*$/.exec(ifMatch)?.[1]
  return version === undefined
    ? { kind: 'none_of_ours' }
    : { kind: 'version', version: Number(version) }
}
