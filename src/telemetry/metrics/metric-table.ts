// Every metric of this service: what it counts, in which unit, and the closed list of each label's
// values. SKUs, users, checkouts and orders are never labels: a sale of a million buyers would be a
// million time series. docs/METRICS.md says the same for people, and a test compares the two.

import { CHECKOUT_TRANSITIONS, type CheckoutState } from '../../../actors/domain/checkout.ts'
import type { Action } from '../../../actors/domain/checkout-saga.ts'
import { ENTRY_KINDS } from '../../../actors/domain/ledger-entry.ts'
import { STATE_FAULTS } from '../../../actors/domain/stock-state.ts'
import { APPEND_REFUSALS } from '../../../actors/ports/ledger.ts'
import type { GatewayOutcome } from '../../../actors/ports/payment-gateway.ts'
import type { StateKind } from '../../../actors/ports/stock-listener.ts'

export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** One sentence, without its full stop. */
  readonly help: string
  /** The values each label can have; null where the HTTP contract closes the list. */
  readonly labels?: Readonly<Record<string, readonly string[] | null>>
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[]
}

// The usual bounds of HTTP durations, and three below: a hold or a flush takes about a millisecond.
const SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096]
const MINUTES_IN_SECONDS = [5, 15, 30, 60, 120, 300, 600, 900, 1_800]

/** `duplicate` found its hold there already, `shed` was not decided for lack of room or time. */
export const RESERVE_OUTCOMES = [
  'reserved',
  'soldout',
  'duplicate',
  'limit',
  'shed',
  'error',
] as const

export type ReserveOutcome = (typeof RESERVE_OUTCOMES)[number]

export const FLUSH_ERRORS = ['conflict', 'unavailable', 'bug'] as const

export type FlushError = (typeof FLUSH_ERRORS)[number]

export const GATEWAY_OPERATIONS = ['create', 'confirm', 'capture', 'void', 'find'] as const

export type GatewayOperation = (typeof GATEWAY_OPERATIONS)[number]

const GATEWAY_RESULTS = [
  'ok',
  'declined',
  'conflict',
  'rejected',
  'throttled',
  'unknown',
  'error',
] as const satisfies readonly (GatewayOutcome['kind'] | 'error')[]

/** What runs of an action end in; the saga knows more words, which these sum up. */
const ACTION_RESULTS = ['done', 'unresolved', 'failed'] as const

const ACTIONS = Object.keys({
  take_holds: true,
  revise_holds: true,
  start_payment: true,
  confirm_payment: true,
  replace_payment: true,
  next_payment: true,
  screen_again: true,
  commit_holds: true,
  capture: true,
  release: true,
  reverse: true,
} satisfies Record<Action, true>)

const STATES = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]

/** Codes with which a request is turned away before it costs anything. */
export const TURNED_AWAY = ['overloaded', 'rate_limited', 'shutting_down'] as const

const STATE_KINDS = ['snapshot', 'checkpoint'] as const satisfies readonly StateKind[]
const LOADED_FROM = [...STATE_KINDS, 'ledger'] as const

const ACTOR_KINDS = ['sku', 'checkout'] as const

export const POOLS = ['ledger', 'journal', 'shared', 'pages', 'recovery', 'checkpoints'] as const

export type PoolName = (typeof POOLS)[number]

/** The parts that /readyz names. */
const DEPENDENCIES = ['database', 'stock', 'carts']

/** The groups of promises in docs/INVARIANTS.md by the letter of their names, and bugs. */
export const VIOLATION_KINDS = ['stock', 'money', 'orders', 'bug'] as const

export type ViolationKind = (typeof VIOLATION_KINDS)[number]

export const METRICS = {
  http_server_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from a request to its answer',
    labels: { http_request_method: null, http_route: null, http_response_status_code: null },
    buckets: SECONDS,
  },
  http_server_active_requests: { kind: 'gauge', help: 'Requests being served' },
  checkout_http_refusals_total: {
    kind: 'counter',
    help: 'Answers that are a no, by the code of their problem',
    labels: { code: null },
  },
  checkout_admission_limit: { kind: 'gauge', help: 'Requests that may be served at once' },
  checkout_admission_rejected_total: {
    kind: 'counter',
    help: 'Requests turned away before any work',
    labels: { reason: TURNED_AWAY },
  },
  checkout_reserve_requests_total: {
    kind: 'counter',
    help: 'Reserve commands to SKUs, by what they ended in',
    labels: { outcome: RESERVE_OUTCOMES },
  },
  checkout_reserve_duration_seconds: {
    kind: 'histogram',
    help: 'Time from a reserve command to its durable answer',
    labels: { outcome: RESERVE_OUTCOMES },
    buckets: SECONDS,
  },
  checkout_actor_active: {
    kind: 'gauge',
    help: 'Actors in memory',
    labels: { kind: ACTOR_KINDS },
  },
  checkout_actor_activations_total: {
    kind: 'counter',
    help: 'SKUs that were loaded into memory, and from what',
    labels: { from: LOADED_FROM },
  },
  checkout_actor_passivations_total: {
    kind: 'counter',
    help: 'SKUs that left memory, because nobody asked or others needed the room',
    labels: { why: ['idle', 'crowded'] },
  },
  checkout_actor_replay_seconds: {
    kind: 'histogram',
    help: 'Time to load a SKU into memory',
    labels: { from: LOADED_FROM },
    buckets: SECONDS,
  },
  checkout_stock_states_total: {
    kind: 'counter',
    help: 'Cached states of SKUs that were to be written',
    labels: { kind: STATE_KINDS, result: ['saved', 'behind', 'too_big', 'failed'] },
  },
  checkout_stock_states_thrown_away_total: {
    kind: 'counter',
    help: 'Cached states of SKUs that could not be believed',
    labels: { kind: STATE_KINDS, fault: STATE_FAULTS },
  },
  checkout_actor_mailbox_depth: {
    kind: 'gauge',
    help: 'Commands to SKUs that wait for their answer',
  },
  checkout_actor_mailbox_oldest_seconds: {
    kind: 'gauge',
    help: 'How long the oldest of those commands has waited',
  },
  checkout_ledger_flush_duration_seconds: {
    kind: 'histogram',
    help: 'Time of one statement that appends entries',
    buckets: SECONDS,
  },
  checkout_ledger_flush_batch_rows: {
    kind: 'histogram',
    help: 'Ledger entries in one such statement',
    buckets: ROWS,
  },
  checkout_ledger_flush_errors_total: {
    kind: 'counter',
    help: 'Statements that appended nothing, or of which that is not known',
    labels: { reason: FLUSH_ERRORS },
  },
  checkout_ledger_lag_seconds: {
    kind: 'histogram',
    help: 'Time a batch of one SKU waits for its append, gathering included',
    buckets: SECONDS,
  },
  checkout_ledger_refusals_total: {
    kind: 'counter',
    help: 'Appends the ledger refused',
    labels: { refusal: APPEND_REFUSALS },
  },
  checkout_fenced_writes_total: {
    kind: 'counter',
    help: 'Appends refused because another process owns the shard',
  },
  checkout_ledger_entries_total: {
    kind: 'counter',
    help: 'Ledger entries written',
    labels: { kind: ENTRY_KINDS },
  },
  checkout_units_sold_total: { kind: 'counter', help: 'Units whose holds were committed' },
  checkout_holds_expired_total: { kind: 'counter', help: 'Holds that ran out' },
  checkout_hold_time_to_pay_seconds: {
    kind: 'histogram',
    help: 'Time from a checkout to its confirmed order',
    buckets: MINUTES_IN_SECONDS,
  },
  checkout_shard_owned: { kind: 'gauge', help: 'Shards of stock this process owns' },
  checkout_shard_epoch: { kind: 'gauge', help: 'The highest epoch of an owned shard' },
  checkout_transitions_total: {
    kind: 'counter',
    help: 'Checkouts written in a new state',
    labels: { state: STATES },
  },
  checkout_actions_total: {
    kind: 'counter',
    help: 'Runs of an action of the saga',
    labels: { action: ACTIONS, result: ACTION_RESULTS },
  },
  checkout_action_duration_seconds: {
    kind: 'histogram',
    help: 'Time of one such run',
    labels: { action: ACTIONS },
    buckets: SECONDS,
  },
  checkout_journal_write_duration_seconds: {
    kind: 'histogram',
    help: 'Time until a step of a checkout is durable, gathering included',
    buckets: SECONDS,
  },
  checkout_gateway_requests_total: {
    kind: 'counter',
    help: 'Calls to the payment gateway',
    labels: { op: GATEWAY_OPERATIONS, result: GATEWAY_RESULTS },
  },
  checkout_gateway_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time of one such call',
    labels: { op: GATEWAY_OPERATIONS },
    buckets: SECONDS,
  },
  checkout_payments_unknown: {
    kind: 'gauge',
    help: 'Checkouts of which the gateway has not said where the money is',
  },
  checkout_invariant_violations_total: {
    kind: 'counter',
    help: 'Broken promises: bugs met, and counter-examples found by audits of this process',
    labels: { kind: VIOLATION_KINDS },
  },
  checkout_trace_spans_total: {
    kind: 'counter',
    help: 'Spans sent to the collector, or lost because it did not answer or was too slow',
    labels: { result: ['sent', 'lost'] },
  },
  checkout_ready: { kind: 'gauge', help: '1 when /readyz says so' },
  checkout_degraded: {
    kind: 'gauge',
    help: '1 when /readyz calls the part degraded or down',
    labels: { dependency: DEPENDENCIES },
  },
  db_client_connection_count: {
    kind: 'gauge',
    help: 'Connections to Postgres',
    labels: { pool: POOLS, state: ['idle', 'used'] },
  },
  db_client_connection_pending_requests: {
    kind: 'gauge',
    help: 'Statements that wait for a connection',
    labels: { pool: POOLS },
  },
  db_client_connection_use_time_seconds: {
    kind: 'histogram',
    help: 'Time a connection is held for a statement or a transaction',
    labels: { pool: POOLS },
    buckets: SECONDS,
  },
} as const satisfies Readonly<Record<string, MetricRow>>

export type MetricName = keyof typeof METRICS
