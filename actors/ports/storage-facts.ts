// What storage says of itself, as it says it; whether that is good is judged elsewhere.

export interface DatabaseFacts {
  /** As 180004. */
  readonly versionNumber: number
  readonly fsync: string
  readonly synchronousCommit: string
  readonly fullPageWrites: string
  readonly autovacuum: string
  readonly maxConnections: number
  readonly usedConnections: number
  readonly inRecovery: boolean
  readonly standbys: number
  readonly standbysWaitedFor: string
  readonly nowMs: number
  /** Whether a setting of one statement is still there for the next one. */
  readonly keepsSession: boolean
}

export interface RedisFacts {
  readonly version: string
  /** null: the server does not tell, as managed ones do. */
  readonly maxmemoryPolicy: string | null
  readonly maxmemoryBytes: number
  readonly appendOnly: boolean
  readonly nowMs: number
  /** Of one question, the middle of several. */
  readonly roundTripMs: number
}
