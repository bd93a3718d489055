/** The projection engine lives in projecting/; this path goes once nobody imports it. */
export { createProjectionEngine, type ProjectionEngine } from './projecting/engine.ts'
