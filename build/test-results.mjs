/** What a run of the tests amounts to: counts by tier, and the one plain line that everything ends with. */

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/**
 * The part of vitest's JSON report that is read here.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly {status: string, assertionResults: readonly {status: string}[]}[]} testResults one for each file
 */

/**
 * Counts one tier. A file that could not be loaded has no failed test of its own and counts as one. So does a tier that
 * says it failed without saying where: an error outside any test, or a crash that left no report at all.
 * @param {Report | undefined} report undefined if there is none
 * @param {number} exitCode of vitest
 * @returns {Counts}
 */
export function countTier(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  const failed = report.numFailedTests + brokenFiles.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * @param {readonly Counts[]} tiers
 * @returns {Counts}
 */
export function addCounts(tiers) {
  /** @param {keyof Counts} key */
  const sum = (key) => tiers.reduce((total, counts) => total + counts[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** @param {Counts} counts */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

/**
 * The exit code: a run in which nothing ran has proved nothing.
 * @param {Counts} counts
 */
export function exitCodeOf({ passed, failed }) {
  return failed === 0 && passed > 0 ? 0 : 1
}
