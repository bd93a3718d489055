/** JSON Pointers (RFC 6901): how a place in a document is named in policies, differences and waivers. */

/** One step of a pointer, with `~` and `/` escaped. */
export function escapeStep(step: string): string {
  return step.includes('~') || step.includes('/') ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step
}

/** The steps of a pointer; undefined for text that is none. The empty pointer is the whole document. */
export function stepsOf(pointer: string): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether `pointer` is `base` or lies below it. */
export function isAtOrBelow(pointer: string, base: string): boolean {
  return pointer === base || pointer.startsWith(`${base}/`)
}

/** What stands at the pointer, own properties only; `found` tells an absent value from any that is there. */
export function valueAt(document: unknown, pointer: string): { readonly found: boolean; readonly value: unknown } {
  const steps = stepsOf(pointer)
  if (steps === undefined) return { found: false, value: undefined }
  let value = document
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return { found: false, value: undefined }
    // Of an array only the plain decimal index names an element: not `length`, not `01` (RFC 6901, section 4).
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(step)) return { found: false, value: undefined }
    const own = Object.getOwnPropertyDescriptor(value, step)
    if (own === undefined) return { found: false, value: undefined }
    value = own.value
  }
  return { found: true, value }
}

/** A JSON object that has something in it: what is compared member by member. */
export function isPopulatedObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}
