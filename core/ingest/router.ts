/** Which route a request is for. */
import { gatewayVersion } from '../contract/gateway/wire.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import type { RequestHead } from './exchange.ts'
import { mismatch, versionUnsupported } from './read-input.ts'
import type { Route } from './route.ts'
import { attachRoute } from './routes/attach.ts'
import { authorityRoute, authorityShownRoute } from './routes/authority.ts'
import { getBlobRoute, headBlobRoute, putBlobRoute } from './routes/blobs.ts'
import { challengeRoute } from './routes/challenge.ts'
import { commandsRoute } from './routes/commands.ts'
import { desiredRoute } from './routes/desired.ts'
import { enrolRoute } from './routes/enrol.ts'
import { glassRoute } from './routes/glass.ts'
import { greetingRoute } from './routes/greeting.ts'
import { heartbeatRoute } from './routes/heartbeat.ts'
import { completeRoute, countersignRoute, returnRoute } from './routes/return.ts'
import { relayBlobsRoute, relaySegmentsRoute } from './routes/relay-deposits.ts'
import { relayLeftRoute } from './routes/relay-left.ts'
import { segmentsRoute } from './routes/segments.ts'

export const routes: readonly Route[] = [
  greetingRoute,
  authorityRoute,
  authorityShownRoute,
  glassRoute,
  enrolRoute,
  challengeRoute,
  attachRoute,
  returnRoute,
  countersignRoute,
  completeRoute,
  segmentsRoute,
  heartbeatRoute,
  desiredRoute,
  commandsRoute,
  getBlobRoute,
  headBlobRoute,
  putBlobRoute,
  relaySegmentsRoute,
  relayBlobsRoute,
  relayLeftRoute,
]

export type Matched = {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
}

const patterns = routes.map((route) => ({ route, steps: route.path.split('/') }))

/** Codes: ROUTE_UNKNOWN, METHOD_NOT_ALLOWED (fact `allow`), VERSION_UNSUPPORTED, SCHEMA_MISMATCH for a query that says a thing twice. */
export function matchRoute({ method, path }: RequestHead): Result<Matched> {
  const [pathname, search] = splitOnce(path, '?')
  const steps = (pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname).split('/')
  const version = /^v([1-9][0-9]{0,8})$/.exec(steps[1] ?? '')?.[1]
  if (version !== undefined && Number(version) > gatewayVersion) return versionUnsupported(Number(version))
  const fitting = patterns.flatMap((pattern) => {
    const parameters = fit(pattern.steps, steps)
    return parameters === undefined ? [] : [{ route: pattern.route, parameters }]
  })
  if (fitting.length === 0) return refused('ROUTE_UNKNOWN', 'There is nothing here.', { path: pathname.slice(0, 100) })
  const found = fitting.find(({ route }) => route.method === method)
  if (found === undefined) {
    const allow = fitting.map(({ route }) => route.method).join(', ')
    return refused('METHOD_NOT_ALLOWED', `Only ${allow} is possible here.`, { method: method.slice(0, 20), allow })
  }
  const query = readQuery(search)
  return query.ok ? accepted({ ...found, query: query.value }) : query
}

function fit(pattern: readonly string[], steps: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== steps.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [at, expected] of pattern.entries()) {
    const step = steps[at] ?? ''
    if (expected.startsWith('{')) parameters[expected.slice(1, -1)] = step
    else if (expected !== step) return undefined
  }
  return parameters
}

function readQuery(search: string): Result<Readonly<Record<string, string>>> {
  const query = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(search)) {
    if (query.has(name)) return mismatch(`/${name.slice(0, 50)}`, 'given twice')
    query.set(name, value)
  }
  return accepted(Object.fromEntries(query))
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
