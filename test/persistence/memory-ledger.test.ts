// The ledger in memory keeps the promises that the one in Postgres keeps.

import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { exerciseLedger } from '../conformance/exercise-ledger.ts'
import { manualClock } from '../support/manual-clock.ts'

exerciseLedger('memory', async () => {
  const { store, shards } = memoryLedger(manualClock(1_763_836_000_000))
  return { store, rival: store, shards, close: async () => {} }
})
