// The HTTP edge of the shop: requests in, answers out, nothing decided. It does not listen, so
// that tests can ask it directly.

import { methodNotAllowed } from 'hono/method-not-allowed'
import { pagesRouter } from '../pages/pages-router.ts'
import { admit } from './admission.ts'
import type { AppDeps } from './app-deps.ts'
import { boundBody } from './body-bound.ts'
import { allowOrigins } from './cross-origin.ts'
import { refuseUndeclared } from './declared-request.ts'
import { errorToResponse } from './error-to-response.ts'
import type { HttpContext } from './http-env.ts'
import { newRouter, type Router } from './new-router.ts'
import { observeRequests } from './observe-requests.ts'
import { openApiDocument } from './openapi/openapi-document.ts'
import { refuse } from './problem.ts'
import { limitRate } from './rate-limit.ts'
import { readJsonStrictly } from './read-json.ts'
import { nameRequest } from './request-id.ts'
import { cartRouter } from './routers/cart-router.ts'
import { catalogueRouter } from './routers/catalogue-router.ts'
import { checkoutsRouter } from './routers/checkouts-router.ts'
import { documentRouter } from './routers/document-router.ts'
import { guestSessionsRouter } from './routers/guest-sessions-router.ts'
import { healthRouter } from './routers/health-router.ts'
import { metricsRouter } from './routers/metrics-router.ts'
import { operationsRouter } from './routers/operations-router.ts'
import { ordersRouter } from './routers/orders-router.ts'
import { stockRouter } from './routers/stock-router.ts'
import { webhooksRouter } from './routers/webhooks-router.ts'
import { setSecurityHeaders } from './security-headers.ts'

/** Every route of this service; `app.request()` asks it without a server. */
export function createApp(deps: AppDeps): Router {
  const app = newRouter()
  app.use(nameRequest(deps.randomness))
  app.use(observeRequests(deps.observer, deps.clock))
  app.use(setSecurityHeaders)
  app.use(allowOrigins(deps.corsOrigins))
  app.use(admit(deps.limits.requestsInFlightMax))
  app.use(limitRate(deps))
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
  app.use(refuseUndeclared(app))
  app.use(boundBody(deps.limits.bodyBytesMax))
  app.use(readJsonStrictly)
  for (const router of [
    healthRouter(deps),
    guestSessionsRouter(deps),
    catalogueRouter(deps),
    stockRouter(deps),
    cartRouter(deps),
    checkoutsRouter(deps),
    ordersRouter(deps),
    webhooksRouter(deps),
    operationsRouter(deps),
    metricsRouter(deps),
    documentRouter(() => openApiDocument(app)),
    pagesRouter(() => openApiDocument(app)),
  ]) {
    app.route('/', router)
  }
  app.notFound(refusePath)
  app.onError(errorToResponse(deps.log, deps.clock))
  return app
}

function refusePath(c: HttpContext): Response {
  return refuse(c, 'not_found', 'This service has no such path. Check it for a misspelling.')
}

function refuseMethod(c: HttpContext, allowed: readonly string[]): Response {
  const allow = allowed.join(', ')
  return refuse(c, 'method_not_allowed', `This path takes ${allow}. Nothing was done.`, {
    headers: { Allow: allow },
  })
}
