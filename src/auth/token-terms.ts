// What a token of this service says beside its subject: who made it and whom it is for. Both are
// checked, so that a token made for another service of the same company opens nothing here.

export const ISSUER = 'holdfast'
export const AUDIENCE = 'holdfast'

/** Subjects with this prefix are guests, whoever signed for them. */
export const GUEST_PREFIX = 'guest_'

/** RFC 7518 section 3.2: a key for HS256 is at least as long as its hash. */
export const SECRET_BYTES_MIN = 32
