// Text from outside. PostgreSQL stores neither NUL nor half a surrogate pair, so such text is
// refused by name where it comes in, and not by the database in the middle of a purchase.

const UNSTORABLE = /[\0\p{Surrogate}]/u

export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text)
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}
