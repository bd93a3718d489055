/** The machines of the fleet as mermaid text, drawn from the tables that decide, for whoever explains them. */
export { drawCommandStages } from '../fleet/command/diagram.ts'
export { drawModeMachine, drawPhaseMachine } from '../fleet/lifecycle/diagram.ts'
