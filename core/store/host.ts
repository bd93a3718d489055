/**
 * Says in words whether this process can run the SQLite engine. It must be asked before the engine is loaded: on a Node that is too
 * old the native module does not throw, it ends the process without a word (design 1, Runtime facts).
 */
import { AppError } from '../kernel/app-error.ts'

/** As `process.versions` has them. */
export type HostVersions = { readonly node: string; readonly napi?: string | undefined; readonly electron?: string | undefined }

/** The first Node with Node-API 10, which the engine is built for. */
const minimumNode = [22, 12] as const
const minimumNapi = 10

/** Throws Incompatible `HOST_TOO_OLD`. */
export function requireHost(versions: HostVersions): void {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  const isNodeOld = major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1])
  const isApiOld = Number(versions.napi ?? 0) < minimumNapi
  if (!isNodeOld && !isApiOld) return
  const host = versions.electron === undefined ? `Node ${versions.node}` : `Electron ${versions.electron} (Node ${versions.node})`
  throw new AppError('Incompatible', 'HOST_TOO_OLD', `The event store needs Node ${minimumNode.join('.')} or newer; this is ${host}.`, {
    node: versions.node,
    napi: versions.napi ?? null,
    neededNode: minimumNode.join('.'),
    neededNapi: minimumNapi,
  })
}
