import { describe, expect, it } from 'vitest'
import { parseUntrustedJson } from '../../../core/kernel/untrusted-json.ts'

const limits = { maxBytes: 1000, maxDepth: 4, maxFields: 5 }

function read(text: string | Uint8Array): unknown {
  const result = parseUntrustedJson(typeof text === 'string' ? new TextEncoder().encode(text) : text, limits)
  return result.ok ? result.value : result.refusal.code
}

/** Bytes around a text, for what no string can hold. */
function around(before: string, bytes: readonly number[], after: string): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode(before), ...bytes, ...new TextEncoder().encode(after)])
}

describe('JSON that nobody vouches for', () => {
  const plain = [
    'null',
    'true',
    '0',
    '-1.5e3',
    '""',
    '[]',
    '{}',
    ' {"a" : [1, {"b": "c"}]}\n',
    '"\\u00e9\\n\\\\\\""',
    '{"":1}',
    '{"__proto__":{"x":1}}',
    '"\\ud83d\\ude00"',
  ]
  it.each(plain)('[LG9] is read as JSON.parse reads it: %s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text))
  })

  it('[LG9] that names __proto__ gives an ordinary key, not a prototype', () => {
    const value = read('{"__proto__":{"isAdmin":true}}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value['isAdmin']).toBeUndefined()
  })

  const refusedTexts: readonly [string, string | Uint8Array, string][] = [
    ['nothing', '', 'JSON_MALFORMED'],
    ['half an object', '{"a":', 'JSON_MALFORMED'],
    ['two values', '{} {}', 'JSON_MALFORMED'],
    ['a trailing comma', '[1,]', 'JSON_MALFORMED'],
    ['a byte order mark', around('', [0xef, 0xbb, 0xbf], '{}'), 'JSON_MALFORMED'],
    ['a number too large for a double', '[1e999]', 'JSON_MALFORMED'],
    ['a string that never ends', '"abc', 'JSON_MALFORMED'],
    ['an escape at the very end', '"\\', 'JSON_MALFORMED'],
    ['a byte that is no UTF-8', around('"', [0xff], '"'), 'JSON_NOT_UTF8'],
    ['an overlong encoding', around('"', [0xc0, 0xaf], '"'), 'JSON_NOT_UTF8'],
    ['a surrogate in UTF-8', around('"', [0xed, 0xa0, 0x80], '"'), 'JSON_NOT_UTF8'],
    ['half an escaped surrogate pair', '"\\ud800"', 'JSON_NOT_UTF8'],
    ['half an escaped surrogate pair, capital', '{"\\uDFFF":1}', 'JSON_NOT_UTF8'],
    ['a NUL', around('"', [0], '"'), 'JSON_NUL'],
    ['a NUL between values', around('[1', [0], ']'), 'JSON_NUL'],
    ['an escaped NUL', '{"a":"b\\u0000c"}', 'JSON_NUL'],
    ['five levels of four', '[[[[[]]]]]', 'JSON_TOO_DEEP'],
    ['a hundred thousand levels', '['.repeat(990), 'JSON_TOO_DEEP'],
    ['six fields of five', '{"a":{"b":1,"c":2},"d":[{"e":1},{"f":1}]}', 'JSON_TOO_MANY_FIELDS'],
    ['more bytes than allowed', `"${'x'.repeat(999)}"`, 'JSON_TOO_LARGE'],
    ['the same key twice', '{"a":1,"a":1}', 'JSON_DUPLICATE_KEY'],
    ['the same key twice, far down', '[{"x":{"a":1,"b":2,"a":3}}]', 'JSON_DUPLICATE_KEY'],
    ['the same key, once escaped', '{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'JSON_DUPLICATE_KEY'],
    ['the same number-like key twice', '{"1":1,"1":2}', 'JSON_DUPLICATE_KEY'],
  ]
  it.each(refusedTexts)('[LG9] is refused when it holds %s', (_, text, code) => {
    expect(read(text)).toBe(code)
  })

  it('[LG9] is taken at exactly the limits', () => {
    expect(read('[[[[]]]]')).toEqual([[[[]]]])
    expect(read('{"a":1,"b":1,"c":1,"d":1,"e":1}')).toEqual({ a: 1, b: 1, c: 1, d: 1, e: 1 })
    expect(read(`"${'x'.repeat(998)}"`)).toBe('x'.repeat(998))
  })

  it('[LG9] may hold brackets, colons and quotes inside its texts without being counted', () => {
    const text = JSON.stringify({ a: '[[[[[[{{{{{{::::::::"""\\\\', b: '\\"{' })
    expect(read(text)).toEqual(JSON.parse(text))
  })
})
