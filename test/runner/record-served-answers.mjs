// Loaded into every Node process of a test run (`NODE_OPTIONS`), and at work in those that serve the
// shop: what they answer over their sockets is written down, to be held against the document when
// the run is over. Plain JavaScript, because the compiled service knows no TypeScript.

import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import path from 'node:path'

const folder = process.env.TEST_ANSWERS_FOLDER
const serves = /[\\/]src[\\/](main|cli)\.(js|ts)$/.test(process.argv[1] ?? '')

if (folder !== undefined && serves) {
  subscribe('http.server.request.start', ({ request, response }) => {
    writeDownWhenSent(request, response, path.join(folder, `${process.pid}.jsonl`))
  })
}

function writeDownWhenSent(request, response, file) {
  const { writeHead, write, end } = response
  const chunks = []
  let given = {}
  const keep = (chunk) => {
    if (chunk instanceof Uint8Array || typeof chunk === 'string') chunks.push(Buffer.from(chunk))
  }
  response.writeHead = (status, ...rest) => {
    const headers = rest.at(-1)
    if (typeof headers === 'object' && !Array.isArray(headers)) given = headers
    return writeHead.call(response, status, ...rest)
  }
  response.write = (chunk, ...rest) => {
    keep(chunk)
    return write.call(response, chunk, ...rest)
  }
  response.end = (chunk, ...rest) => {
    keep(chunk)
    return end.call(response, chunk, ...rest)
  }
  response.once('finish', () => {
    const all = { ...response.getHeaders(), ...given }
    const headers = Object.entries(all).map(([name, value]) => [name.toLowerCase(), `${value}`])
    const answer = {
      from: 'served',
      method: request.method,
      path: request.url,
      status: response.statusCode,
      headers: Object.fromEntries(headers),
      text: Buffer.concat(chunks).toString('utf8'),
    }
    appendFileSync(file, `${JSON.stringify(answer)}\n`)
  })
}
