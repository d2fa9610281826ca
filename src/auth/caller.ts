// Who is asking. A caller is what a checked token says, and nothing else is believed.

import type { SellerId, UserId } from '../../actors/domain/ids.ts'

export const ROLES = ['buyer', 'seller', 'ops'] as const

export type Role = (typeof ROLES)[number]

export interface Caller {
  readonly userId: UserId
  readonly roles: ReadonlySet<Role>
  /** Whose products a seller may touch; null without the role `seller`. */
  readonly sellerId: SellerId | null
  readonly guest: boolean
}

export interface GuestSession {
  readonly token: string
  readonly userId: UserId
  readonly expiresAtMs: number
}

/** In order of precedence. `keys_unavailable` says nothing about the token: try again later. */
export const TOKEN_REFUSALS = ['keys_unavailable', 'token_expired', 'token_invalid'] as const

export type TokenRefusal = (typeof TOKEN_REFUSALS)[number]

export type Identified =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly refusal: TokenRefusal }

export interface Callers {
  identify(token: string): Promise<Identified>
  /** A new guest and their token; null when this service cannot sign tokens. */
  openGuestSession(): Promise<GuestSession | null>
}
