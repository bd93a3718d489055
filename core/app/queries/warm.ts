/**
 * What the first page of a large fleet needs, found a little at a time before anybody asks: the figures of each domain and its digests.
 * Whoever asks meanwhile is answered all the same, from what is there and by finding the rest at once ([QY46]).
 */
import type { Scheduler } from '../../kernel/ports.ts'
import type { ReadModel } from '../read-model.ts'
import { warmFleet } from './fleet/fleet.ts'
import { warmDigests } from './spectrum.ts'

/** Between slices others are served. */
const pauseMs = 4
/** A slice ends with the step that passes it. */
const sliceMs = 8

/** `moment` makes each slice see one moment of the store. The answer calls it off. */
export function warmInSlices(
  model: ReadModel,
  scheduler: Pick<Scheduler, 'after'>,
  moment: <Value>(read: () => Value) => Value,
  done: () => void = () => undefined,
): () => void {
  const steps = warmSteps(model)
  let callOff: () => void = () => undefined
  const slice = (): void => {
    const { clock } = model.ports
    const isOver = moment(() => {
      const began = clock.monotonic()
      for (;;) {
        // What fails here fails whoever asks as well, and it is they who are told.
        if (nextOrOver(steps)) return true
        if (clock.monotonic() - began >= sliceMs) return false
      }
    })
    if (isOver) done()
    else callOff = scheduler.after(pauseMs, slice)
  }
  callOff = scheduler.after(pauseMs, slice)
  return () => callOff()
}

function nextOrOver(steps: Generator<void, void>): boolean {
  try {
    return steps.next().done === true
  } catch {
    return true
  }
}

function* warmSteps(model: ReadModel): Generator<void, void> {
  const treeIds = yield* warmFleet(model)
  yield* warmDigests(model, treeIds)
}
