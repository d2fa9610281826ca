// Resolves `uvu` to the reporting stand-in, for everyone but the stand-in itself. Loaded twice:
// in the test file's own thread (Node with `registerHooks`) or in the loader thread (Node 20).

import type { ResolveHook } from 'node:module'

const STAND_IN = new URL('./reporting-uvu.ts', import.meta.url).href

/** A module resolution hook; works as a synchronous one too, since it only passes results on. */
export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  if (specifier !== 'uvu' || context.parentURL?.startsWith(STAND_IN)) {
    return nextResolve(specifier, context)
  }
  return { url: STAND_IN, format: 'module', shortCircuit: true }
}
