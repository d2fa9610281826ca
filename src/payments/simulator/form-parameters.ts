// Stripe's v1 parameters: form-encoded, nesting written with brackets (`metadata[order_id]=o1`,
// `expand[0]=latest_charge`). Kept flat under their written names, which is all the routes need.

import { createHash } from 'node:crypto'
import { invalid, missingParameter, type StripeRefusal } from './stripe-refusal.ts'

export type FormParameters = ReadonlyMap<string, string>

/** Thrown by the readers below and answered by the router; never leaves the simulator. */
export class Refused extends Error {
  readonly refusal: StripeRefusal

  constructor(refusal: StripeRefusal) {
    super(refusal.error.message)
    this.refusal = refusal
  }
}

/** Reads a body or a query; a name given twice counts with its last value. */
export function parseForm(text: string): FormParameters {
  return new Map(new URLSearchParams(text))
}

/** The same for the same request, in whatever order its parameters were written. */
export function fingerprintOf(method: string, path: string, form: FormParameters): string {
  const written = [...form].map(([name, value]) => `${name}=${value}`).toSorted()
  return createHash('sha256')
    .update(JSON.stringify([method, path, written]))
    .digest('base64url')
}

/** Refuses names an endpoint does not know, as Stripe does: a typo must not pass silently. */
export function onlyKnown(form: FormParameters, known: readonly string[]): void {
  for (const name of form.keys()) {
    const bracket = name.indexOf('[')
    const base = bracket === -1 ? name : name.slice(0, bracket)
    if (!known.includes(base)) {
      throw new Refused(invalid(`Received unknown parameter: ${base}`, 'parameter_unknown', base))
    }
  }
}

/** A text; null when it is not given, or empty, which is Stripe's way to unset. */
export function optionalText(form: FormParameters, name: string): string | null {
  return form.get(name) || null
}

export function requiredText(form: FormParameters, name: string): string {
  const text = form.get(name)
  if (!text) throw new Refused(missingParameter(name))
  return text
}

/** A whole number from `min` on; null when it is not given. */
export function optionalInteger(form: FormParameters, name: string, min: number): number | null {
  const text = form.get(name)
  if (text === undefined) return null
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new Refused(invalid(`Invalid integer: ${text}`, 'parameter_invalid_integer', name))
  }
  const number = Number(text)
  if (number < min) {
    const message = `This value must be greater than or equal to ${min}.`
    throw new Refused(invalid(message, 'parameter_invalid_integer', name))
  }
  return number
}

export function optionalFlag(form: FormParameters, name: string): boolean {
  const text = form.get(name)
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw new Refused(invalid(`Invalid boolean: ${text}`, null, name))
}

/** One of a closed list; null when it is not given. */
export function optionalWord<Word extends string>(
  form: FormParameters,
  name: string,
  words: readonly Word[],
): Word | null {
  const text = form.get(name)
  if (text === undefined) return null
  const word = words.find((each) => each === text)
  if (word === undefined) {
    const message = `Invalid ${name}: must be one of ${words.join(', ')}`
    throw new Refused(invalid(message, null, name))
  }
  return word
}

/** `name[0]=a&name[1]=b` or `name[]=a`, in the order written; null when there is none. */
export function optionalList(form: FormParameters, name: string): readonly string[] | null {
  const values = [...form].filter(([each]) => each.startsWith(`${name}[`)).map(([, value]) => value)
  return values.length === 0 ? null : values
}

/** `name[key]=value` as a record. */
export function record(form: FormParameters, name: string): Readonly<Record<string, string>> {
  const entries: [string, string][] = []
  for (const [each, value] of form) {
    if (!each.startsWith(`${name}[`) || !each.endsWith(']')) continue
    entries.push([each.slice(name.length + 1, -1), value])
  }
  return Object.fromEntries(entries)
}

/** Whether `latest_charge` is to be expanded; anything else cannot be. */
export function expandsCharge(form: FormParameters, prefix: '' | 'data.'): boolean {
  const paths = optionalList(form, 'expand') ?? []
  for (const path of paths) {
    if (path === `${prefix}latest_charge`) continue
    throw new Refused(invalid(`This property cannot be expanded (${path}).`, null, 'expand'))
  }
  return paths.length > 0
}
