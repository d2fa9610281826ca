// Why the service cannot listen where it was told to, in words: HOST and PORT are what a person can
// change about it.

import { StartRefused } from '../embedded/start-refused.ts'

/** The system's error about listening as a StartRefused; any other error as it is. */
export function addressInWords(host: string, port: number, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error
  const said = sentence(code, host, port)
  if (said === null) return error
  return new StartRefused([said, 'Nothing that was started runs on.'], { cause: error })
}

function sentence(code: string | undefined, host: string, port: number): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `Another program has port ${port} of ${host}: stop it, or choose another with PORT.`
    case 'EACCES':
      return `This user may not take port ${port}: choose one above 1023 with PORT.`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `${host} is no address of this machine: choose another with HOST.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} leads to no address: choose another with HOST.`
    default:
      return null
  }
}
