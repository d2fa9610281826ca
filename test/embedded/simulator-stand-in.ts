// Keeps to the contract of a simulator: listens on a port of its own choice, writes the ready file,
// ends on SIGTERM.

import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'

const readyFile = process.argv[process.argv.indexOf('--ready-file') + 1] ?? ''
const server = createServer((connection) => connection.end())
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  writeFileSync(readyFile, JSON.stringify({ ready: true, port }))
})
