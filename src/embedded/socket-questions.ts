// Asks a server behind a socket whether it serves, in its own language: a process that runs, or a
// socket that accepts, may still be recovering.

import { connect, type NetConnectOpts } from 'node:net'

const ANSWER_LIMIT_MS = 2_000

/** Whether PostgreSQL on this socket lets this user into this database now. */
export async function postgresAnswers(
  socket: string,
  user: string,
  database: string,
): Promise<boolean> {
  const answer = await ask({
    where: { path: socket },
    question: startupMessage(user, database),
    isWhole: endsReadyForQuery,
    goodbye: TERMINATE,
  })
  return endsReadyForQuery(answer ?? Buffer.alloc(0))
}

/** Whether Redis on this socket serves; while it loads its file it answers -LOADING. */
export async function redisAnswers(socket: string): Promise<boolean> {
  const answer = await ask({
    where: { path: socket },
    question: Buffer.from('PING\r\n'),
    isWhole: (bytes) => bytes.includes('\r\n'),
  })
  return answer?.toString('latin1').startsWith('+PONG') ?? false
}

/** Whether anything accepts connections on this port of the loopback address. */
export async function portAccepts(port: number): Promise<boolean> {
  const answer = await ask({ where: { host: '127.0.0.1', port }, isWhole: () => true })
  return answer !== null
}

// PostgreSQL's protocol 3.0. A message: a letter, its length as Int32 (itself included), its body;
// the first one, StartupMessage, has no letter. A server that is not ready closes after an 'E'.
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4])
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5])

function startupMessage(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + parameters.length, 0)
  head.writeInt32BE(0x0003_0000, 4)
  return Buffer.concat([head, parameters])
}

function endsReadyForQuery(answer: Buffer): boolean {
  return answer.length >= 6 && answer.subarray(-6, -1).equals(READY_FOR_QUERY)
}

interface Question {
  readonly where: NetConnectOpts
  /** Without one, an accepted connection is answer enough. */
  readonly question?: Buffer
  readonly isWhole: (answer: Buffer) => boolean
  readonly goodbye?: Buffer
}

// Answers the bytes that came; null when nobody accepted the connection or nothing came in time.
function ask({ where, question, isWhole, goodbye }: Question): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0)
    const connection = connect(where)
    const finish = (result: Buffer | null) => {
      resolve(result)
      connection.end(goodbye ?? Buffer.alloc(0))
      connection.destroySoon()
    }
    connection.setTimeout(ANSWER_LIMIT_MS, () => finish(null))
    connection.on('connect', () => (question ? connection.write(question) : finish(answer)))
    connection.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes])
      if (isWhole(answer)) finish(answer)
    })
    connection.once('close', () => resolve(answer.length > 0 ? answer : null))
    connection.on('error', () => resolve(null))
  })
}
