// Asks of several SKUs at once, awaited to the last answer. An ask that fails leaves the others in
// the world: whoever tries again while one of them is still on its way cannot know what it will
// have taken.

/** Resolves in order once all have; when any failed, throws the first failure, but not earlier. */
export async function allAnswered<Answer>(asked: readonly Promise<Answer>[]): Promise<Answer[]> {
  const settled = await Promise.allSettled(asked)
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
