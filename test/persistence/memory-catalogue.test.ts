// The catalogue in memory.

import { memoryCatalogue } from '../../persistence/memory/memory-catalogue.ts'
import { exerciseCatalogue } from '../conformance/exercise-catalogue.ts'

exerciseCatalogue('memory', async () => {
  const clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0, after: () => () => {} }
  return { catalogue: memoryCatalogue(clock), close: async () => {} }
})
