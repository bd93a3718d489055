/** What an event is worth lives in projecting/; this path goes once nobody imports it. */
export { effective } from './projecting/effective.ts'
