// Stands in for src/http/app.ts in test processes that the runner started: the same app, whose
// every answer is also written down. No test has to remember to do so.

import * as real from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/app-deps.ts'
import type { Router } from '../../src/http/new-router.ts'
import { recordAnswer } from './seen-answers.ts'

export function createApp(deps: AppDeps): Router {
  const app = real.createApp(deps)
  const { fetch } = app
  // `app.request()` and a server both come through here.
  app.fetch = async (request, ...rest) => {
    const answer = await fetch(request, ...rest)
    const text = await answer.text()
    const { pathname, search } = new URL(request.url)
    const { status, headers } = answer
    recordAnswer({
      from: 'in_process',
      method: request.method,
      path: pathname + search,
      status,
      headers: Object.fromEntries(headers),
      text,
    })
    return new Response(text === '' ? null : text, { status, headers })
  }
  return app
}
