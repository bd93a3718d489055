import { describe, expect, it } from 'vitest'
import { askNode } from '../../../electron/core-host/ask-node.ts'
import { chooseWay } from '../../../electron/core-host/choose-way.ts'
import { parseFromCore } from '../../../electron/core-host/messages.ts'
import { refuseOldHost } from '../../../electron/core-host/refuse-old-host.ts'

const electron25 = { node: '18.15.0', napi: '8', electron: '25.1.1' }
const electron45 = { node: '24.9.0', napi: '10', electron: '45.4.1' }
const node20 = { node: '20.20.2', napi: '9' }
const node24 = { node: '24.21.0', napi: '10' }

describe('refuseOldHost', () => {
  it('[SH7] lets a host pass that can load the database', () => {
    expect(refuseOldHost(electron45)).toBeUndefined()
    expect(refuseOldHost(node24)).toBeUndefined()
  })

  it('[SH7] names what an old Electron carries and what is needed', () => {
    expect(refuseOldHost(electron25)).toEqual({
      code: 'HOST_ELECTRON_TOO_OLD',
      sentence: 'Electron 25.1.1 carries Node 18.15.0 (Node-API 8), too old for the database; Electron 36 or newer is needed.',
    })
  })

  it('[SH7] refuses a Node by its version and by its Node-API alike', () => {
    expect(refuseOldHost(node20)?.code).toBe('HOST_NODE_TOO_OLD')
    expect(refuseOldHost({ node: '22.11.0', napi: '9' })?.code).toBe('HOST_NODE_TOO_OLD')
    expect(refuseOldHost({ node: 'unheard of', napi: '' })?.code).toBe('HOST_NODE_TOO_OLD')
  })
})

describe('chooseWay', () => {
  it('[SH8] takes the utility process wherever it can, whatever IBCF_NODE says', () => {
    const namedNode = { kind: 'answered', path: '/opt/node', versions: node24 } as const
    expect(chooseWay({ versions: electron45, isTestRuntime: true, namedNode })).toEqual({ kind: 'utility-process' })
    expect(chooseWay({ versions: electron45, isTestRuntime: false })).toEqual({ kind: 'utility-process' })
  })

  it('[SH8] takes the named Node in a test build on an old Electron', () => {
    const namedNode = { kind: 'answered', path: '/opt/node', versions: node24 } as const
    expect(chooseWay({ versions: electron25, isTestRuntime: true, namedNode })).toEqual({ kind: 'node-child', path: '/opt/node' })
  })

  it('[SH8] takes no named Node in a release', () => {
    const namedNode = { kind: 'answered', path: '/opt/node', versions: node24 } as const
    expect(chooseWay({ versions: electron25, isTestRuntime: false, namedNode })).toMatchObject({
      kind: 'refused',
      code: 'HOST_ELECTRON_TOO_OLD',
    })
  })

  it('[SH8] says how a test build could be helped when no Node is named', () => {
    const way = chooseWay({ versions: electron25, isTestRuntime: true })
    expect(way).toMatchObject({ kind: 'refused', code: 'HOST_ELECTRON_TOO_OLD' })
    expect(way.kind === 'refused' ? way.sentence : '').toContain('name it in IBCF_NODE')
  })

  it('[SH7] [SH8] refuses a named Node that is itself too old, or that does not run', () => {
    const old = { kind: 'answered', path: '/usr/bin/node', versions: node20 } as const
    expect(chooseWay({ versions: electron25, isTestRuntime: true, namedNode: old })).toMatchObject({ code: 'HOST_NODE_TOO_OLD' })
    const silent = { kind: 'silent', path: '/nowhere', reason: 'ENOENT' } as const
    expect(chooseWay({ versions: electron25, isTestRuntime: true, namedNode: silent })).toMatchObject({ code: 'HOST_NODE_SILENT' })
  })
})

describe('askNode', () => {
  it('[SH8] learns the versions of a real Node without running anything of ours', async () => {
    const { node, napi } = process.versions
    expect(await askNode(process.execPath, {})).toMatchObject({ kind: 'answered', versions: { node, napi } })
  })

  it('[SH8] tells a missing binary and one that is no Node from each other', async () => {
    expect(await askNode('/nowhere/node', {})).toEqual({ kind: 'silent', path: '/nowhere/node', reason: 'ENOENT' })
    expect(await askNode('/bin/true', {})).toEqual({ kind: 'silent', path: '/bin/true', reason: 'it is not a Node' })
  })
})

describe('parseFromCore', () => {
  it('[SH4] reads the messages of core and nothing else', () => {
    const ready = { kind: 'ready', socketPath: '/run/x', masterId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', pid: 7 }
    expect(parseFromCore(ready)).toEqual(ready)
    const failed = { kind: 'failed', code: 'STORE_LOCKED', message: 'Another master holds it.', exitCode: 4 }
    expect(parseFromCore(failed)).toEqual(failed)
    expect(parseFromCore({ kind: 'closing' })).toEqual({ kind: 'closing' })
    for (const foreign of [null, 'ready', {}, { kind: 'ready' }, { ...ready, pid: '7' }, { kind: 'failed', code: 1 }]) {
      expect(parseFromCore(foreign)).toBeUndefined()
    }
  })
})
