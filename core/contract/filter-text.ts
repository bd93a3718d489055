/**
 * A filter as one line that people type, read out and send each other: `domain:North tag:pump,ship mode:AUTONOMOUS health:DEGRADED ship 7`.
 *
 * `key:value` narrows by a part, several values with commas fit one of them; `tag:a tag:b` is both, `tag:a,b` either. Everything else is
 * the text that is looked for. What holds a space, a comma, a quotation mark or a colon stands in quotation marks, `\` before one of them
 * or before itself. Keys and the words of modes, phases, healths and kinds are read in any case. Instants are RFC 3339, or a day (UTC).
 */
import { connectivityModes, healths, nodeKinds, phases } from '../fleet/node/node-record.ts'
import { type FleetFilter, fleetFilter } from './filter.ts'

/** How names become ids and back; both answer undefined for what they do not know. An id always stands for itself. */
export type FilterNames = {
  readonly idOfDomain: (name: string) => string | undefined
  readonly nameOfDomain: (id: string) => string | undefined
  readonly idOfPolicy: (name: string) => string | undefined
  readonly nameOfPolicy: (id: string) => string | undefined
}

/** Nothing is known by name. */
export const noNames: FilterNames = {
  idOfDomain: () => undefined,
  nameOfDomain: () => undefined,
  idOfPolicy: () => undefined,
  nameOfPolicy: () => undefined,
}

/** What could not be read, where it stands in the line, and why; the rest of the line holds all the same. */
export type FilterProblem = {
  readonly code: 'VALUE_MISSING' | 'VALUE_UNKNOWN' | 'GIVEN_TWICE' | 'QUOTE_OPEN' | 'TOO_LONG'
  readonly at: number
  readonly word: string
}

export const filterKeys = ['domain', 'tag', 'policy', 'mode', 'phase', 'health', 'kind', 'from', 'to', 'asof'] as const
export type FilterKey = (typeof filterKeys)[number]

type Draft = { -readonly [Part in keyof FleetFilter]: FleetFilter[Part] }

export function parseFilter(
  line: string,
  names: FilterNames = noNames,
): { readonly filter: FleetFilter; readonly problems: readonly FilterProblem[] } {
  const draft: Draft = {}
  const problems: FilterProblem[] = []
  const texts: string[] = []
  for (const { at, key, values, isOpen, raw } of wordsOf(line)) {
    const tell = (code: FilterProblem['code']): void => void problems.push({ code, at, word: raw })
    if (isOpen) tell('QUOTE_OPEN')
    if (key === undefined) texts.push(...values)
    else if (values.length === 0) tell('VALUE_MISSING')
    else {
      const problem = take(draft, key, values, names)
      if (problem !== undefined) tell(problem)
    }
  }
  const text = texts.join(' ').trim()
  if (text !== '') draft.text = text
  if (text.length > 200) {
    draft.text = text.slice(0, 200)
    problems.push({ code: 'TOO_LONG', at: 0, word: text.slice(0, 40) })
  }
  return { filter: draft, problems }
}

/** The line that `parseFilter` reads back as the same filter, given the same names. */
export function printFilter(filter: FleetFilter, names: FilterNames = noNames): string {
  const { domainId, tags = [], anyTags, policyBundleId, modes, phases: wanted, healths: shown, kinds, from, to, asOf, text } = filter
  const words: string[] = []
  const add = (key: FilterKey, values: readonly string[] | undefined): void => {
    if (values !== undefined && values.length > 0) words.push(`${key}:${values.map(quoteIfNeeded).join(',')}`)
  }
  const named = (id: string, nameOf: (id: string) => string | undefined, idOf: (name: string) => string | undefined): string => {
    const name = nameOf(id)
    // A name that two things bear, or that looks like an id, would come back as another one.
    return name !== undefined && !isId(name) && idOf(name) === id ? name : id
  }
  if (domainId !== undefined) add('domain', [named(domainId, names.nameOfDomain, names.idOfDomain)])
  for (const tag of new Set(tags)) add('tag', [tag])
  // One alone would read as all of one, which is the same.
  add('tag', anyTags === undefined ? undefined : [...new Set(anyTags)])
  if (policyBundleId !== undefined) add('policy', [named(policyBundleId, names.nameOfPolicy, names.idOfPolicy)])
  add('mode', modes)
  add('phase', wanted)
  add('health', shown)
  add('kind', kinds)
  for (const [key, value] of [
    ['from', from],
    ['to', to],
    ['asof', asOf],
  ] as const)
    add(key, value === undefined ? undefined : [value])
  const plain = text?.trim() ?? ''
  if (plain !== '') words.push(/["\\:]|\s\s|[^\S ]/.test(plain) ? quote(plain) : plain)
  return words.join(' ')
}

function take(draft: Draft, key: FilterKey, values: readonly string[], names: FilterNames): FilterProblem['code'] | undefined {
  switch (key) {
    case 'domain':
      return takeOne(draft, 'domainId', values, (value) => (isId(value) ? value : names.idOfDomain(value)))
    case 'policy':
      return takeOne(draft, 'policyBundleId', values, (value) => (isId(value) ? value : names.idOfPolicy(value)))
    case 'from':
      return takeOne(draft, 'from', values, instantOf)
    case 'to':
      return takeOne(draft, 'to', values, instantOf)
    case 'asof':
      return takeOne(draft, 'asOf', values, instantOf)
    case 'mode':
      return takeAll(draft, 'modes', values, connectivityModes)
    case 'phase':
      return takeAll(draft, 'phases', values, phases)
    case 'health':
      return takeAll(draft, 'healths', values, healths)
    case 'kind':
      return takeAll(draft, 'kinds', values, nodeKinds)
    case 'tag':
      return takeTags(draft, values)
  }
}

function takeOne(
  draft: Draft,
  part: 'domainId' | 'policyBundleId' | 'from' | 'to' | 'asOf',
  values: readonly string[],
  read: (value: string) => string | undefined,
): FilterProblem['code'] | undefined {
  if (draft[part] !== undefined || values.length > 1) return 'GIVEN_TWICE'
  const value = read(values[0] ?? '')
  if (value === undefined) return 'VALUE_UNKNOWN'
  draft[part] = value
  return undefined
}

function takeAll<Part extends 'modes' | 'phases' | 'healths' | 'kinds'>(
  draft: Draft,
  part: Part,
  values: readonly string[],
  known: readonly string[],
): FilterProblem['code'] | undefined {
  if (draft[part] !== undefined) return 'GIVEN_TWICE'
  const found = values.map((value) => value.toUpperCase()).filter((value) => known.includes(value))
  if (found.length < values.length) return 'VALUE_UNKNOWN'
  draft[part] = [...new Set(found)] as Draft[Part]
  return undefined
}

function takeTags(draft: Draft, values: readonly string[]): FilterProblem['code'] | undefined {
  const part = values.length === 1 ? 'tags' : 'anyTags'
  if (part === 'anyTags' && draft.anyTags !== undefined) return 'GIVEN_TWICE'
  const all = [...new Set([...(draft[part] ?? []), ...values])]
  if (!fleetFilter.shape[part].safeParse(all).success) return 'TOO_LONG'
  draft[part] = all
  return undefined
}

function isId(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)
}

function instantOf(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text)) return undefined
  const instant = new Date(text.length === 10 ? `${text}T00:00:00Z` : text)
  // A day that is not in the calendar would become one of the next month.
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text.slice(0, 10))
  return isReal ? instant.toISOString() : undefined
}

type Word = {
  readonly at: number
  readonly key: FilterKey | undefined
  readonly values: readonly string[]
  /** A quotation mark was not closed. */
  readonly isOpen: boolean
  readonly raw: string
}

function wordsOf(line: string): readonly Word[] {
  const words: Word[] = []
  for (let at = 0; at < line.length; ) {
    if (/\s/.test(line[at] ?? '')) {
      at++
      continue
    }
    const head = /^([A-Za-z]+):/.exec(line.slice(at, at + 20))
    const key = filterKeys.find((known) => known === head?.[1]?.toLowerCase())
    const start = key === undefined ? at : at + (head?.[0].length ?? 0)
    const { values, end, isOpen } = valuesFrom(line, start, key !== undefined)
    words.push({ at, key, values, isOpen, raw: line.slice(at, end) })
    at = end
  }
  return words
}

/** Up to the next space outside of quotation marks; commas part values only where a key stands before them. */
function valuesFrom(
  line: string,
  start: number,
  isParted: boolean,
): { readonly values: string[]; readonly end: number; readonly isOpen: boolean } {
  const values: string[] = []
  let value = ''
  let isQuoted = false
  let at = start
  for (; at < line.length; at++) {
    const letter = line[at] ?? ''
    if (letter === '\\' && isQuoted && at + 1 < line.length) value += line[++at] ?? ''
    else if (letter === '"') isQuoted = !isQuoted
    else if (!isQuoted && /\s/.test(letter)) break
    else if (!isQuoted && isParted && letter === ',') {
      values.push(value)
      value = ''
    } else value += letter
  }
  values.push(value)
  return { values: values.filter((found) => found !== ''), end: at, isOpen: isQuoted }
}

function quoteIfNeeded(value: string): string {
  return /[\s,":\\]/.test(value) && !instantLike(value) ? quote(value) : value
}

function instantLike(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
}

function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
