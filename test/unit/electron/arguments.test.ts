import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../electron/main/arguments.ts'

const around = { defaultDataDir: '/home/x/.config/ibcf-field-console/data', workingDir: '/work', environment: {} }
const wish = (words: readonly string[], environment: Record<string, string> = {}): unknown =>
  parseArguments(words, { ...around, environment })

describe('parseArguments', () => {
  it('[SH9] takes the option before the environment before the default', () => {
    expect(wish([])).toEqual({ ok: true, wish: { dataDir: around.defaultDataDir, workspace: 'main' } })
    expect(wish([], { IBCF_DATA: '/srv/env' })).toMatchObject({ wish: { dataDir: '/srv/env' } })
    expect(wish(['--data', '/srv/word'], { IBCF_DATA: '/srv/env' })).toMatchObject({ wish: { dataDir: '/srv/word' } })
    expect(wish(['--data=/srv/with space'])).toMatchObject({ wish: { dataDir: '/srv/with space' } })
    expect(wish([], { IBCF_DATA: '' })).toMatchObject({ wish: { dataDir: around.defaultDataDir } })
  })

  it('[SH9] resolves a relative folder against where it was said', () => {
    expect(wish(['--data=island'])).toMatchObject({ wish: { dataDir: '/work/island' } })
  })

  it('[SH9] opens the workspace that is named', () => {
    expect(wish(['--workspace', 'demo'])).toMatchObject({ wish: { workspace: 'demo' } })
  })

  it("[SH9] passes Chromium's own switches by", () => {
    expect(wish(['--no-sandbox', '--user-data-dir=/tmp/x', '--inspect=0'])).toMatchObject({ ok: true })
  })

  it('[SH9] refuses an option without a value and a workspace there is not', () => {
    for (const words of [['--data'], ['--data='], ['--data', '--no-sandbox'], ['--workspace=other'], ['--workspace']]) {
      expect(wish(words)).toMatchObject({ ok: false, code: 'ARGUMENT_INVALID' })
    }
  })
})
