/** Decides how core is run: inside Electron's own utility process, or, in builds for tests, in a plain Node beside it. */
import { type HostRefusal, type HostVersions, refuseOldHost } from './refuse-old-host.ts'

export type Host = {
  /** Of the Electron that is running. */
  readonly versions: HostVersions
  /** True only in a build marked as one for tests and closed networks; a release never runs a Node it is merely told of. */
  readonly isTestRuntime: boolean
  /** The Node that IBCF_NODE names, with the versions it gave when asked; undefined when none is named. */
  readonly namedNode?: NamedNode
}

export type NamedNode =
  | { readonly kind: 'answered'; readonly path: string; readonly versions: HostVersions }
  | { readonly kind: 'silent'; readonly path: string; readonly reason: string }

export type Way =
  | { readonly kind: 'utility-process' }
  | { readonly kind: 'node-child'; readonly path: string }
  | { readonly kind: 'refused'; readonly code: HostRefusal['code'] | 'HOST_NODE_SILENT'; readonly sentence: string }

/** The way to run core here, or why there is none. [SH7] [SH8] */
export function chooseWay(host: Host): Way {
  const refusal = refuseOldHost(host.versions)
  if (refusal === undefined) return { kind: 'utility-process' }
  if (!host.isTestRuntime) return { kind: 'refused', ...refusal }
  const named = host.namedNode
  if (named === undefined) {
    return {
      kind: 'refused',
      code: refusal.code,
      sentence: `${refusal.sentence} This test build can use another Node: name it in IBCF_NODE.`,
    }
  }
  if (named.kind === 'silent') {
    return {
      kind: 'refused',
      code: 'HOST_NODE_SILENT',
      sentence: `The Node that IBCF_NODE names, ${named.path}, does not run (${named.reason}).`,
    }
  }
  const childRefusal = refuseOldHost(named.versions)
  return childRefusal === undefined ? { kind: 'node-child', path: named.path } : { kind: 'refused', ...childRefusal }
}
