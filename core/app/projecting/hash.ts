/**
 * The state hash: of each subject a SHA-256, of each projection their sum modulo 2^256. A sum does not depend on order and is kept as
 * subjects change, so that two places compare a million nodes at once; `check` proves that the sums are those of what is kept.
 * It compares places that mean well: whoever could choose states freely could make sums meet, but states follow from signed events.
 */
import { toHex } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader, Row, Writer } from '../../kernel/reader.ts'
import type { Projection } from '../../projections/projection.ts'
import { knowsNothing, type Subject } from './fold.ts'
import { tableName } from './tables.ts'

const encoder = new TextEncoder()
const modulus = 1n << 256n

export type StateTexts = { readonly facts: string; readonly decisions: string }

export function textsOf({ facts, decisions }: Subject): StateTexts {
  return { facts: JSON.stringify(facts.state), decisions: JSON.stringify(decisions.state) }
}

/** Zero for a subject of which nothing is known: it is not kept. */
export function hashOfSubject(crypto: Crypto, id: string, subject: Subject, { facts, decisions }: StateTexts): bigint {
  if (knowsNothing(subject)) return 0n
  return BigInt(`0x${toHex(crypto.sha256(encoder.encode(`${id}\n${facts}\n${decisions}`)))}`)
}

/** What a run of changes adds to the sums. */
export type SumChanges = Map<string, { subjects: number; sum: bigint }>

export function addToSum(changes: SumChanges, projection: string, subjects: number, sum: bigint): void {
  const change = changes.get(projection) ?? { subjects: 0, sum: 0n }
  changes.set(projection, { subjects: change.subjects + subjects, sum: change.sum + sum })
}

type SumRow = Row & { readonly projection: string; readonly subjects: number; readonly sum: string }

export function writeSums(writer: Writer, generation: number, changes: SumChanges): void {
  const table = tableName('projection_sums', generation)
  for (const [projection, { subjects, sum }] of changes) {
    if (subjects === 0 && sum === 0n) continue
    const kept = writer.get<SumRow>(`SELECT * FROM ${table} WHERE projection = ?`, projection)
    const total = modulo(BigInt(`0x${kept?.sum ?? '0'}`) + sum)
    writer.run(`UPDATE ${table} SET subjects = subjects + ?, sum = ? WHERE projection = ?`, subjects, total.toString(16), projection)
  }
}

export function modulo(sum: bigint): bigint {
  return ((sum % modulus) + modulus) % modulus
}

/** SHA-256 over the sums of all projections with their versions, hex. Live presence and local ids are not in it (design 3, Frontier). */
export function hashOfSums(crypto: Crypto, projections: readonly Projection[], sums: ReadonlyMap<string, bigint>): string {
  const lines = projections.map(({ name, version }) => `${name}@${version} ${(sums.get(name) ?? 0n).toString(16)}`)
  return toHex(crypto.sha256(encoder.encode(lines.join('\n'))))
}

/**
 * The state hash of what serves. Two places whose queue of subjects to be judged again is not empty may differ for a moment:
 * `isSettled` says whether this is the hash to compare ([PJ9]).
 */
export function readStateHash(
  reader: Reader,
  projections: readonly Projection[],
  crypto: Crypto,
): { readonly hash: string; readonly isSettled: boolean } {
  const rows = reader.all<SumRow>('SELECT * FROM projection_sums')
  const sums = new Map(rows.map(({ projection, sum }) => [projection, BigInt(`0x${sum}`)]))
  const isSettled = reader.get('SELECT 1 FROM projection_rejudged LIMIT 1') === undefined
  return { hash: hashOfSums(crypto, projections, sums), isSettled }
}
