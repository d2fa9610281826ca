// The ledger in memory keeps the promises that the one in Postgres keeps.

import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { exerciseLedger } from '../conformance/exercise-ledger.ts'
import { manualClock } from '../support/manual-clock.ts'

exerciseLedger('memory', async () => {
  const clock = manualClock(1_763_836_000_000)
  const { store, shards } = memoryLedger(clock)
  const letPass = async (ms: number) => clock.advance(ms)
  return { store, rival: store, shards, letPass, close: async () => {} }
})
