/** Asks a Node binary for its versions, without letting it load anything of ours. */
import { execFile } from 'node:child_process'
import type { NamedNode } from './choose-way.ts'

const patienceMs = 10_000

/** Never rejects: a binary that is missing, hangs or is not a Node gives `silent` with the reason. */
export function askNode(path: string, environment: NodeJS.ProcessEnv): Promise<NamedNode> {
  return new Promise((resolve) => {
    execFile(path, ['-p', 'JSON.stringify(process.versions)'], { timeout: patienceMs, env: environment }, (error, stdout) => {
      if (error !== null) return resolve({ kind: 'silent', path, reason: 'code' in error ? String(error.code) : error.message })
      const versions = parseVersions(stdout)
      resolve(versions === undefined ? { kind: 'silent', path, reason: 'it is not a Node' } : { kind: 'answered', path, versions })
    })
  })
}

function parseVersions(text: string): { readonly node: string; readonly napi: string } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { node, napi }: { node?: unknown; napi?: unknown } = value
    return typeof node === 'string' && typeof napi === 'string' ? { node, napi } : undefined
  } catch {
    // Not JSON: whatever answered, it was not a Node. The caller says so.
    return undefined
  }
}
