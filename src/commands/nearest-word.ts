// What a person may have meant: the known word that takes the fewest slips of the finger.

/** The nearest of `known`, or null when none is near enough to be a slip. */
export function nearestWord(typed: string, known: readonly string[]): string | null {
  let nearest: string | null = null
  let fewest = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const word of known) {
    const slips = word.startsWith(typed) && typed.length > 1 ? 1 : slipsBetween(typed, word)
    if (slips >= fewest) continue
    fewest = slips
    nearest = word
  }
  return nearest
}

/** Letters typed too much, left out or wrong, and neighbours swapped (Damerau and Levenshtein). */
function slipsBetween(typed: string, word: string): number {
  const rows: number[][] = [Array.from({ length: word.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= typed.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= word.length; j += 1) {
      const wrong = typed[i - 1] === word[j - 1] ? 0 : 1
      const above = rows[i - 1] as number[]
      const fewest = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + wrong,
      )
      const swapped = typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]
      row.push(swapped ? Math.min(fewest, (rows[i - 2]?.[j - 2] ?? fewest) + 1) : fewest)
    }
    rows.push(row)
  }
  return rows[typed.length]?.[word.length] ?? 0
}
