/** A master on the real machine, as the tests of keeping open it. */
import type { MasterConfig } from '../../../core/app/config.ts'
import { testPorts } from '../store/open.ts'

export function harbourIn(directory: string, more: Partial<MasterConfig> = {}): MasterConfig {
  return {
    directory,
    ports: testPorts,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name: 'Harbour',
    rootDomainName: 'Island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 300_000,
    thresholds: {},
    ...more,
  }
}
