/** One request and its answer, apart from any server: node:http fills these in the field, the simulator calls with them in process. */

export type RequestHead = {
  /** Upper case. */
  readonly method: string
  /** With its query, beginning with `/`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Who is at the other end, as far as the network says; rates are counted by it before anybody has proven who they are. */
  readonly remote: string
}

export type GatewayRequest = RequestHead & { readonly body: Uint8Array }

export type GatewayResponse = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const nothing = new Uint8Array()

export function jsonResponse(value: unknown, status: number = 200): GatewayResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  }
}

export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): GatewayResponse {
  return { status, headers, body: nothing }
}

/** RFC 3339 in UTC. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
