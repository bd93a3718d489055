/** `set-config`: changes places of the configuration document, and reads them back. */
import type { z } from 'zod'
import type { commandData } from '../../fleet/command/kinds.ts'
import { isEqualJson } from '../../fleet/drift/comparators.ts'
import { stepsOf, valueAt } from '../../fleet/drift/pointer.ts'
import type { Workload } from '../workload.ts'
import { type CommandAct, noEffect } from './act.ts'

type Changes = z.infer<(typeof commandData)['set-config']>['changes']
type Document = Readonly<Record<string, unknown>>

export function createSetConfig(workload: Workload): CommandAct {
  const read = (): Document => workload.parts().configuration ?? {}
  return {
    perform: (_entry, data) => {
      const changes = data['changes'] as Changes
      const next = changes.reduce<Document | undefined>(
        (document, { path, value }) => (document === undefined ? undefined : changed(document, stepsOf(path) ?? [], value)),
        read(),
      )
      if (next === undefined)
        return {
          kind: 'failed',
          code: 'PATH_NOT_AN_OBJECT',
          sentence: 'A place that was to be set lies inside of something that has no members.',
        }
      workload.applyConfiguration(next)
      const wrong = changes.find((change) => !holds(read(), change))
      if (wrong === undefined) return { kind: 'applied', proof: proofOf(read(), changes) }
      return { kind: 'failed', code: 'NOT_READ_BACK', sentence: `What was set at ${wrong.path} could not be read back there.` }
    },
    probe: (_entry, data) => {
      const changes = data['changes'] as Changes
      const document = read()
      return changes.every((change) => holds(document, change)) ? { probe: 'took-effect', proof: proofOf(document, changes) } : noEffect
    },
  }
}

function holds(document: Document, { path, value }: Changes[number]): boolean {
  const { found, value: there } = valueAt(document, path)
  return value === null || value === undefined ? !found : found && isEqualJson(there, value)
}

function proofOf(document: Document, changes: Changes): string {
  const values = Object.fromEntries(changes.map(({ path }) => [path, valueAt(document, path).value ?? null]))
  return `Read back: ${JSON.stringify(values)}`.slice(0, 4000)
}

/** Null takes a value away. Undefined where a step leads into what is no object. */
function changed(document: Document, [step, ...rest]: readonly string[], value: unknown): Document | undefined {
  if (step === undefined) return document
  // Not by assignment: a step may be called `__proto__`.
  const others = Object.entries(document).filter(([name]) => name !== step)
  if (rest.length === 0) return Object.fromEntries(value === null || value === undefined ? others : [...others, [step, value]])
  const inner = valueAt(document, `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  if (inner.found && !isObject(inner.value)) return undefined
  const next = changed(isObject(inner.value) ? inner.value : {}, rest, value)
  return next === undefined ? undefined : Object.fromEntries([...others, [step, next]])
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
