/** Reading a store that another one writes to. */
import { describe, expect, it } from 'vitest'
import { createDomain } from '../../../core/app/acts/domains.ts'
import { checkProjections } from '../../../core/app/projecting/check.ts'
import { projections } from '../../../core/projections/all.ts'
import { openStore } from '../../../core/store/open.ts'
import { lastPosition } from '../../../core/store/read-events.ts'
import { createIsland } from '../../helpers/gateway/island.ts'

describe('a store that is opened for reading only', () => {
  it('[CL3] shows one moment, so that verifying a master that runs finds nothing that is only new', async () => {
    using island = await createIsland({ isOnDisk: true })
    const { master, operator, ports, directory } = island
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
    const before = lastPosition(store.reader)
    const { stateHash } = checkProjections(store.reader, projections, ports.crypto)
    createDomain({ master, actor: operator }, { name: 'Pit', parentId: master.identity.rootDomainId, level: 'LOCAL' })
    expect(lastPosition(master.store.reader)).toBe(before + 1)
    expect(lastPosition(store.reader)).toBe(before)
    expect(checkProjections(store.reader, projections, ports.crypto)).toEqual({ isEqual: true, differing: [], stateHash })
  })
})
