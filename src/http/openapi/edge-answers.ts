// What the edge answers before or without a route: the same for every operation of a kind, so it
// is written here once and not in forty routes.

import type { ProblemCode } from '../problem-codes.ts'
import { NEVER_LIMITED } from '../rate-limit.ts'

/** What can be told of an operation from its declaration. */
export interface OperationKind {
  readonly method: string
  readonly path: string
  /** It takes a token. */
  readonly needsCaller: boolean
  /** It takes an Idempotency-Key. */
  readonly isKeyed: boolean
  readonly takesParameters: boolean
  readonly takesJson: boolean
}

/** A part that carries the request may be away; the caller may try again. */
const STORAGE_FAILURES = [
  'deadline_passed',
  'ledger_unavailable',
  'ledger_conflict',
  'sku_moved',
  'journal_unavailable',
  'shutting_down',
] as const satisfies readonly ProblemCode[]

// A webhook is bytes until its signature was checked; whatever is wrong with it is a problem of
// the signature.
const isWebhook = ({ path }: OperationKind) => path.startsWith('/webhooks/')

const NOT_COUNTED: ReadonlySet<string> = new Set(['/livez', '/readyz'])
const WITHOUT_BODY: ReadonlySet<string> = new Set(['get', 'head'])

interface EdgeAnswer {
  readonly of: (operation: OperationKind) => boolean
  readonly codes: readonly ProblemCode[]
}

const EDGE_ANSWERS: readonly EdgeAnswer[] = [
  { of: () => true, codes: ['internal_error'] },
  { of: ({ path }) => !NOT_COUNTED.has(path), codes: ['overloaded'] },
  { of: ({ method }) => !WITHOUT_BODY.has(method), codes: ['body_too_large'] },
  // A body of unknown length is read before anything else is looked at, and may break off.
  {
    of: ({ method, takesParameters }) => takesParameters || !WITHOUT_BODY.has(method),
    codes: ['invalid_request'],
  },
  // So is a query that the operation does not take.
  { of: ({ path }) => path.startsWith('/v1/'), codes: ['invalid_request'] },
  { of: ({ path }) => !NEVER_LIMITED.has(path), codes: ['rate_limited'] },
  {
    of: (operation) => operation.takesJson && !isWebhook(operation),
    codes: ['invalid_json', 'unsupported_media_type'],
  },
  {
    of: ({ needsCaller }) => needsCaller,
    codes: ['unauthenticated', 'token_invalid', 'token_expired', 'forbidden', 'keys_unavailable'],
  },
  {
    of: ({ isKeyed }) => isKeyed,
    codes: [
      'idempotency_key_missing',
      'idempotency_key_invalid',
      'idempotency_in_progress',
      'idempotency_key_reused',
    ],
  },
  // Whatever is asked about something in particular is asked of storage.
  {
    of: ({ needsCaller, takesParameters }) => needsCaller || takesParameters,
    codes: STORAGE_FAILURES,
  },
]

/** The codes of the edge for such an operation, each once. */
export function edgeCodesOf(operation: OperationKind): readonly ProblemCode[] {
  const codes = EDGE_ANSWERS.filter((answer) => answer.of(operation)).flatMap((answer) => {
    return answer.codes
  })
  return [...new Set(codes)]
}
