// Tokens for the callers of a run: every buyer of the file and one operator. Names carry the run's
// id, so that a replay on a service that others use never touches their carts or keys.

import { SignJWT } from 'jose'

const ISSUER = 'holdfast'
const LIFETIME = '24h'

export interface CallerTokens {
  /** The user id under which the service knows a buyer of the file. */
  userOf(buyer: string): string
  /** The same token for the same buyer throughout the run. */
  tokenOf(buyer: string): Promise<string>
  opsToken(): Promise<string>
}

/** `secret` is the text of the service's signing secret (HS256). */
export function callerTokens(secret: string, runId: string): CallerTokens {
  const key = new TextEncoder().encode(secret)
  const issued = new Map<string, Promise<string>>()
  const userOf = (buyer: string): string => `replay-${runId}-${buyer}`

  const issue = (subject: string, role: 'buyer' | 'ops'): Promise<string> => {
    const known = issued.get(subject)
    if (known !== undefined) return known
    const token = new SignJWT({ roles: [role] })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(subject)
      .setIssuer(ISSUER)
      .setAudience(ISSUER)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(key)
    issued.set(subject, token)
    return token
  }
  return {
    userOf,
    tokenOf: (buyer) => issue(userOf(buyer), 'buyer'),
    opsToken: () => issue(`replay-${runId}-ops`, 'ops'),
  }
}
