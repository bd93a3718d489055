/** The listener for nodes on real sockets: what is kept when an address cannot be opened, and what is remembered. */
import { afterEach, describe, expect, it } from 'vitest'
import { type Address, createNodeListener, type NodeListener } from '../../../core/app/node-listener.ts'
import type { Listener } from '../../../core/kernel/http.ts'
import { listenHttp } from '../../../core/platform/http-listener.ts'
import { createMemoryFiles } from '../../helpers/agent/virtual-ports.ts'

const settings = 'data/settings.json'
const opened: NodeListener[] = []
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.close()
})

const openReal = (address: Address): Promise<Listener> => listenHttp((_, response) => response.end('here'), address)

async function create(files = createMemoryFiles(), open = openReal): Promise<NodeListener> {
  const listener = await createNodeListener({ files, directory: 'data', open, fixed: undefined })
  opened.push(listener)
  return listener
}

const remembered = (files: ReturnType<typeof createMemoryFiles>): unknown =>
  JSON.parse(new TextDecoder().decode(files.read(settings) ?? new Uint8Array()))
const loopback = { host: '127.0.0.1', port: 0 }

describe('the listener for nodes', () => {
  it('[AP5] keeps the one before when the same port cannot be opened elsewhere', async () => {
    const files = createMemoryFiles()
    const listener = await create(files)
    await listener.set(loopback)
    const before = listener.url() ?? ''
    const port = Number(new URL(before).port)
    // Of the block that is kept for documentation (RFC 5737): no machine has it.
    await expect(listener.set({ host: '192.0.2.1', port })).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN' })
    expect(listener.url()).toBe(before)
    expect(await (await fetch(before)).text()).toBe('here')
    expect(remembered(files)).toEqual({ v: 1, listen: `127.0.0.1:${port}` })
  })

  it('[AP5] shows an address that was remembered and makes no sense, and starts', async () => {
    const files = createMemoryFiles()
    files.writeAtomic(settings, new TextEncoder().encode('{"v":1,"listen":"127.0.0.1"}'))
    const listener = await create(files)
    expect([listener.url(), listener.problem()?.code]).toEqual([null, 'ADDRESS_MALFORMED'])
    await listener.set(loopback)
    expect([listener.url(), listener.problem()]).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), null])
  })

  it('[AP5] remembers port 80 as well, which a URL leaves out', async () => {
    const files = createMemoryFiles()
    // Port 80 is not ours to open here: a listener at any port stands for it.
    const openAs80 = async (address: Address): Promise<Listener> => ({
      ...(await openReal({ ...address, port: 0 })),
      address: `http://127.0.0.1:${address.port}`,
    })
    await (await create(files, openAs80)).set({ host: '127.0.0.1', port: 80 })
    expect(remembered(files)).toEqual({ v: 1, listen: '127.0.0.1:80' })
    expect(await create(files, openAs80)).toMatchObject({ url: expect.any(Function) })
    expect(opened.at(-1)?.url()).toBe('http://127.0.0.1:80')
  })

  it('[AP5] opens one address after the other when asked for several at once, and leaves none open behind', async () => {
    const listener = await create()
    const urls: string[] = []
    await Promise.all([loopback, loopback, loopback].map((address) => listener.set(address).then(() => urls.push(listener.url() ?? ''))))
    await listener.close()
    for (const url of urls) await expect(fetch(url)).rejects.toThrow()
    expect(new Set(urls).size).toBe(3)
  })
})
