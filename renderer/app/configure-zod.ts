/** Must run before any schema is made: without it zod probes `new Function`, which the content security policy reports as a violation. */
import { z } from 'zod'

z.config({ jitless: true })
