/**
 * A master that does everything at once until it is killed: decides in groups, takes in returns piece by piece, keeps content,
 * rebuilds its projections, signs, checkpoints. Whatever was answered is printed, a line of JSON each, after the answer.
 * Arguments: the data directory, and the number of the run, by which it does something else each time.
 */
import { writeSync } from 'node:fs'
import { createDomain } from '../../../core/app/acts/domains.ts'
import { perform } from '../../../core/app/acts/acts.ts'
import { createGroupCommit } from '../../../core/app/writer/group-commit.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { putBlob } from '../../../core/store/blobs.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'
import { complete, countersign, createAway, cut, openReturn, send } from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

/** What is printed: what the parent must find again. */
export type Acknowledged =
  | { readonly kind: 'ready' }
  | { readonly kind: 'domain'; readonly id: string }
  | { readonly kind: 'segment'; readonly log: string; readonly to: number }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'blob'; readonly digest: string }

const [, , directory = '', numbered = '0'] = process.argv
const run = Number(numbered)

function say(acknowledged: Acknowledged): void {
  writeSync(1, `${JSON.stringify(acknowledged)}\n`)
}

async function decide(island: Island, step: number): Promise<void> {
  const group = createGroupCommit(island.master.store, island.ports)
  const act = { master: island.master, actor: island.operator }
  const names = Array.from({ length: 1 + Math.floor(island.ports.random.next() * 8) }, (_, index) => `Domain ${run}/${step}/${index}`)
  const { rootDomainId } = island.master.identity
  await Promise.all(
    names.map(async (name) => {
      const id = await group.run(() => createDomain(act, { name, parentId: rootDomainId, level: 'LOCAL' }))
      say({ kind: 'domain', id })
    }),
  )
}

async function takeBack(island: Island): Promise<void> {
  const node = await createAway(island, 1 + Math.floor(island.ports.random.next() * 150))
  const opened = await openReturn(island, node)
  await countersign(island, node, opened)
  for (const piece of opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))) {
    for (const part of cut(piece, 1000 + Math.floor(island.ports.random.next() * 40_000))) {
      const answer = await send(island, opened.token, part)
      if (answer.status !== 200) throw new Error(`A piece was refused: ${JSON.stringify(answer.json)}`)
    }
    say({ kind: 'segment', log: piece.log, to: piece.to })
  }
  const ended = await complete(island, node, opened)
  if (ended.status !== 200) throw new Error(`The return was not ended: ${JSON.stringify(ended.json)}`)
  say({ kind: 'session', id: opened.sessionId })
}

function keep(island: Island): void {
  const bytes = island.ports.random.bytes(1 + Math.floor(island.ports.random.next() * 4000))
  say({ kind: 'blob', digest: island.master.store.transact((writer) => putBlob(writer, bytes)) })
}

function rebuild(island: Island): void {
  try {
    perform(island.master, 'projection.rebuild', { reason: 'To be killed in the middle of it.' }, island.operator)
  } catch (error) {
    // One is under way already, from before the last kill as it may be: it is to be gone on with.
    if (!(error instanceof Error && 'code' in error && error.code === 'REBUILD_UNDER_WAY')) throw error
  }
}

const ports = { ...createVirtualPorts(run + 1), files: createFiles() }
// Each run some hours later than the one before it, and all runs on one directory within the week that content is kept which no event
// refers to yet ([ST33]).
ports.setWall(Date.UTC(2026, 10, 23) + run * 6 * 3_600_000)
const island = await createIsland({ directory, ports })
say({ kind: 'ready' })
for (let step = run; ; step++) {
  await decide(island, step)
  if (step % 3 === 0) await takeBack(island)
  if (step % 4 === 1) rebuild(island)
  keep(island)
  // Signing, digests, slices of what can wait.
  await ports.advance(1500)
}
