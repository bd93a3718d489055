import { describe, expect, it } from 'vitest'
import { equalLogs, formatLogId, isLogId, lanes, parseLogId } from '../../../core/log/log-id.ts'
import { testOrigin } from '../../helpers/log/origin.ts'

describe('a log is named', () => {
  it('[LG1] by origin, incarnation, lane and domain, and read back as the same', () => {
    for (const lane of lanes) {
      const { log } = testOrigin(7, lane)
      const ofDomain = { ...log, domain: parseLogId(`${log.origin}/${log.incarnation}/control/${log.origin}`).domain }
      expect(parseLogId(formatLogId(log))).toEqual(log)
      expect(parseLogId(formatLogId(ofDomain))).toEqual(ofDomain)
      expect(equalLogs(log, parseLogId(formatLogId(log)))).toBe(true)
      expect(equalLogs(log, ofDomain)).toBe(false)
    }
  })

  it('[LG1] and by nothing else', () => {
    const name = formatLogId(testOrigin(7).log)
    const wrong = [
      '',
      '/',
      name.slice(1),
      `${name}/`,
      `${name}/-`,
      name.replace('fact', 'facts'),
      name.replace('0', 'o'),
      name.replace('/-', '/'),
      `${name}\n`,
    ]
    for (const text of wrong) {
      expect(isLogId(text), text).toBe(false)
      expect(() => parseLogId(text)).toThrow(expect.objectContaining({ code: 'LOG_MALFORMED' }))
    }
  })
})
