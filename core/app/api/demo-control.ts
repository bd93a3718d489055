/** What a simulated island lets the console turn; core/simulator provides it. */
import type { z } from 'zod'
import type { demoFaultAnswer, demoFaultRequest, demoView } from '../../contract/demo.ts'

export type DemoControl = {
  readonly view: () => z.infer<typeof demoView>
  readonly fault: (request: z.infer<typeof demoFaultRequest>) => z.infer<typeof demoFaultAnswer>
}
