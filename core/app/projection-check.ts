/** The check lives in projecting/; this path goes once nobody imports it. */
export { checkProjections, type ProjectionCheck, stateHashOf } from './projecting/check.ts'
