// What Stripe answers when it says no: one value that carries the status, the error of the body,
// and whether the idempotency layer keeps it. Codes and wording follow docs.stripe.com/error-codes.

export interface StripeRefusal {
  readonly status: number
  readonly error: StripeErrorBody
  /** The body shows the intent as it stands after the refusal. */
  readonly showsIntent: boolean
  /**
   * Kept under the idempotency key. Stripe keeps what an endpoint answered once it had begun to
   * execute, and not what was refused before that.
   */
  readonly stored: boolean
}

export interface StripeErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  readonly code?: string
  readonly decline_code?: string
  readonly param?: string
  readonly charge?: string
}

/** The request itself is wrong; nothing was executed. */
export function invalid(message: string, code: string | null, param?: string): StripeRefusal {
  return {
    status: 400,
    error: {
      type: 'invalid_request_error',
      message,
      ...(code !== null && { code }),
      ...(param !== undefined && { param }),
    },
    showsIntent: false,
    stored: false,
  }
}

export function missingParameter(param: string): StripeRefusal {
  return invalid(`Missing required param: ${param}.`, 'parameter_missing', param)
}

/** Nothing of that id. The path of a request answers 404, a parameter that names a thing 400. */
export function noSuch(what: string, id: string, status: 404 | 400, param: string): StripeRefusal {
  const refusal = invalid(`No such ${what}: '${id}'`, 'resource_missing', param)
  return { ...refusal, status }
}

export function unexpectedState(message: string): StripeRefusal {
  return {
    ...invalid(message, 'payment_intent_unexpected_state'),
    showsIntent: true,
    stored: true,
  }
}

export function cardDeclined(
  decline: { readonly code: string; readonly declineCode: string | null; readonly message: string },
  charge: string,
): StripeRefusal {
  return {
    status: 402,
    error: {
      type: 'card_error',
      message: decline.message,
      code: decline.code,
      ...(decline.declineCode !== null && { decline_code: decline.declineCode }),
      charge,
    },
    showsIntent: true,
    stored: true,
  }
}

export function unauthorised(): StripeRefusal {
  const refusal = invalid('Invalid API Key provided. Use the key the simulator was given.', null)
  return { ...refusal, status: 401 }
}

export function unknownRoute(method: string, path: string): StripeRefusal {
  const refusal = invalid(`Unrecognized request URL (${method}: ${path}).`, null)
  return { ...refusal, status: 404 }
}

export function keyInUse(): StripeRefusal {
  const message = 'There is currently another in-progress request using this Idempotent Key.'
  return { ...invalid(message, 'idempotency_key_in_use'), status: 409 }
}

export function keyReused(): StripeRefusal {
  const message =
    'Keys for idempotent requests can only be used with the same endpoint and parameters' +
    ' they were first used with. Use another key for another request.'
  return {
    status: 400,
    error: { type: 'idempotency_error', message },
    showsIntent: false,
    stored: false,
  }
}
