/** What nodes can be told to install: every artifact that a policy or a command here names, and whether its bytes are held ([CM30]). */
import type { z } from 'zod'
import type { artifactRow } from '../../contract/commands.ts'
import { commandData } from '../../fleet/command/kinds.ts'
import { blobSize } from '../../store/blobs.ts'
import type { ReadModel } from '../read-model.ts'
import { listPolicies } from './policies.ts'

type ArtifactRow = z.infer<typeof artifactRow>

/** Commands are told one by one to many nodes; of the newest so many the artifacts are gathered. */
const commandsLookedAt = 2000

/** By name, then by version and id. A name that was published and that nothing names yet is not on the record, and so not here. */
export function listArtifacts(model: ReadModel): { items: ArtifactRow[] } {
  const found = new Map<string, ArtifactRow>()
  const note = (software: unknown, policyBundleId: string | null): void => {
    const parsed = commandData['install-artifact'].safeParse(software)
    if (!parsed.success) return
    const { rollBackAt: _, ...artifact } = parsed.data
    const known = found.get(artifact.artifactId) ?? {
      ...artifact,
      isHeld: blobSize(model.reader, artifact.digest) === artifact.sizeBytes,
      policyBundleIds: [],
      commands: 0,
    }
    found.set(artifact.artifactId, {
      ...known,
      policyBundleIds: policyBundleId === null ? known.policyBundleIds : [...known.policyBundleIds, policyBundleId],
      commands: known.commands + (policyBundleId === null ? 1 : 0),
    })
  }
  for (const { id, software } of listPolicies(model).items) note(software, id)
  const told = model.reader.all<{ subject: string }>(
    "SELECT subject FROM commands WHERE kind = 'install-artifact' ORDER BY subject DESC LIMIT ?",
    commandsLookedAt,
  )
  for (const { subject } of told) {
    const body = model.command(subject)?.issued?.body
    if (body !== undefined && 'data' in body) note(body.data, null)
  }
  return { items: [...found.values()].toSorted((a, b) => sortKey(a).localeCompare(sortKey(b))) }
}

function sortKey({ name, version, artifactId }: ArtifactRow): string {
  return `${name}\n${version}\n${artifactId}`
}
