// A port that is taken is told before anything is made or started for it. Listening later may still
// find it taken: another program can come in between.

import { createServer } from 'node:net'
import { addressInWords } from './address-in-words.ts'

/** Throws StartRefused, in words, when nobody could listen there now. Port 0 is always free. */
export async function assertAddressIsFree(host: string, port: number): Promise<void> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen(port, host, resolve)
    })
  } catch (error) {
    throw addressInWords(host, port, error)
  }
  await new Promise<void>((resolve) => probe.close(() => resolve()))
}
