// Runs jobs in their order with a bounded number at a time and never two of one buyer: a job whose
// buyer is busy is passed over and stays first in line for when that buyer is free.

export interface PerBuyer<Job> {
  readonly concurrency: number
  buyerOf(job: Job): string
  run(job: Job): Promise<void>
}

/**
 * Resolves when every job has run. When one rejects no further job starts, the running ones are
 * waited for, and the first error is thrown.
 */
export async function onePerBuyer<Job>(jobs: readonly Job[], how: PerBuyer<Job>): Promise<void> {
  const waiting = [...jobs]
  const busy = new Set<string>()
  const failures: unknown[] = []

  const next = (): Job | undefined => {
    const index = waiting.findIndex((job) => !busy.has(how.buyerOf(job)))
    return index < 0 ? undefined : waiting.splice(index, 1)[0]
  }
  // At most `concurrency` buyers are busy, so a lane that finds nobody free can end: the lane that
  // frees a buyer looks again itself.
  const lane = async (): Promise<void> => {
    for (let job = next(); job !== undefined && failures.length === 0; job = next()) {
      const buyer = how.buyerOf(job)
      busy.add(buyer)
      try {
        await how.run(job)
      } catch (error) {
        failures.push(error)
      } finally {
        busy.delete(buyer)
      }
    }
  }

  await Promise.all(Array.from({ length: how.concurrency }, lane))
  if (failures.length > 0) throw failures[0]
}
