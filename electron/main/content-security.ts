/** The content security policies of the two origins the shell serves, and the other headers that keep a page to itself (design 4). */

/** Whose file is served: the console's own page and its parts, or the sandbox in which mermaid draws. */
export type Origin = 'console' | 'diagram'

export const consoleUrl = 'app://console/'
export const diagramUrl = 'app://diagram/'

/** Stands in the built index.html wherever a nonce belongs (build/vite.renderer.config.ts). */
export const noncePlaceholder = '__CSP_NONCE__'

/**
 * `nonce` is fresh for every load. Scripts, fonts and calls come from the package alone; the drawings that the sandbox posts back are
 * shown as images from data: or blob: URLs, in which no script runs; the sandbox is the one frame allowed. [SH2]
 */
export function consolePolicy(nonce: string): string {
  return [
    `default-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:`,
    `frame-src ${diagramUrl.slice(0, -1)}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

/** mermaid writes style attributes, so its page alone may have them; it can reach nothing, and only our page may frame it. [SH2] */
export function diagramPolicy(): string {
  return `default-src 'none'; script-src ${diagramUrl.slice(0, -1)}; style-src 'unsafe-inline'; frame-ancestors ${consoleUrl.slice(0, -1)}`
}

/** The headers of a file of this origin. The nonce matters for pages of the console only. */
export function pageHeaders(origin: Origin, contentType: string, nonce: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    'content-security-policy': origin === 'console' ? consolePolicy(nonce) : diagramPolicy(),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    // The sandboxed frame has an opaque origin: its own module scripts are, to it, from elsewhere.
    ...(origin === 'diagram' ? { 'access-control-allow-origin': '*' } : { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
