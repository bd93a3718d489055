/** What a simulated island lets the console turn; core/simulator provides it. */
import type { z } from 'zod'
import type { demoFaultAnswer, demoFaultRequest, demoView, drill, drillRequest, drillRun } from '../../contract/demo.ts'

/** Drills are lived through beside the island, in a thread of their own, and leave nothing behind. */
export type DrillDesk = {
  readonly list: () => z.infer<typeof drill>[]
  readonly run: (request: z.infer<typeof drillRequest>) => Promise<z.infer<typeof drillRun>>
}

export type DemoControl = {
  /** Absent where no threads are to be had. */
  readonly drills?: DrillDesk
  readonly view: () => z.infer<typeof demoView>
  readonly fault: (request: z.infer<typeof demoFaultRequest>) => z.infer<typeof demoFaultAnswer>
}
