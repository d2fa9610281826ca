// Puts stand-ins in the place of modules, for everyone but the stand-ins themselves: `uvu` reports
// to the runner, and the app of the HTTP edge writes its answers down. Loaded twice: in the test
// file's own thread (Node with `registerHooks`) or in the loader thread (Node 20).

import type { ResolveFnOutput, ResolveHook } from 'node:module'

const REPORTING_UVU = new URL('./reporting-uvu.ts', import.meta.url).href
const APP = new URL('../../src/http/app.ts', import.meta.url).href
const RECORDED_APP = new URL('../contract/recorded-app.ts', import.meta.url).href

/** A module resolution hook; works as a synchronous one too, since it only passes results on. */
export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const { parentURL } = context
  if (specifier === 'uvu' && !parentURL?.startsWith(REPORTING_UVU)) return standIn(REPORTING_UVU)
  if (leadsToApp(specifier, parentURL) && !parentURL?.startsWith(RECORDED_APP)) {
    return standIn(RECORDED_APP)
  }
  return nextResolve(specifier, context)
}

function leadsToApp(specifier: string, parentURL: string | undefined): boolean {
  // Cheap first: this is asked for every import there is.
  if (!specifier.endsWith('/app.ts') || parentURL === undefined) return false
  return new URL(specifier, parentURL).href === APP
}

function standIn(url: string): ResolveFnOutput {
  return { url, format: 'module', shortCircuit: true }
}
