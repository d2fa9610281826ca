// The states in memory keep the promises that Redis and Postgres keep.

import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { exerciseStockStateStore } from '../conformance/exercise-stock-state-store.ts'

exerciseStockStateStore('memory', async () => {
  const store = memoryStockStateStore()
  return { store, rival: store, close: async () => {} }
})
