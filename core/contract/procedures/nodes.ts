/** Layer 2: nodes: names, inputs and outputs. */
import { contactScheduleSchema } from '../../fleet/connectivity/connectivity-events.ts'
import { instant } from '../common.ts'
import { facetsAnswer, facetsRequest } from '../filter.ts'
import {
  desiredActual,
  nodeDetail,
  nodeListRequest,
  nodeMoment,
  nodePage,
  observationPage,
  observationsRequest,
  snapshotView,
  timelinePage,
  timelineRequest,
} from '../nodes.ts'
import { moveRequest } from '../placing.ts'
import { nodeHardware, offerRequest, resolveForkRequest } from '../hardware.ts'
import { nodeAsOf } from '../projections.ts'
import { base, byNode, done } from './base.ts'
import { z } from 'zod'

export const nodeProcedures = {
  list: base
    .route({ method: 'POST', path: '/nodes/query', summary: 'Nodes by filter, worst first, a page at a time' })
    .input(nodeListRequest)
    .output(nodePage),
  facets: base
    .route({ method: 'POST', path: '/nodes/facets', summary: 'How many nodes each further choice would leave' })
    .input(facetsRequest)
    .output(facetsAnswer),
  get: base
    .route({ method: 'GET', path: '/nodes/{nodeId}', summary: 'Layer 2: one node, now or as of a past instant' })
    .input(nodeMoment)
    .output(nodeDetail),
  asOf: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/as-of', summary: 'What was so at a past instant, as it is known today' })
    .input(byNode.extend({ at: instant }))
    .output(nodeAsOf.nullable()),
  timeline: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/timeline', summary: 'Its transitions, newest first' })
    .input(timelineRequest)
    .output(timelinePage),
  observations: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/observations', summary: 'What it recorded, newest first' })
    .input(observationsRequest)
    .output(observationPage),
  desiredActual: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/desired-actual', summary: 'Desired against actual, line by line' })
    .input(nodeMoment)
    .output(desiredActual),
  snapshot: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/snapshot', summary: 'Its last snapshot with its parts' })
    .input(byNode)
    .output(snapshotView.nullable()),
  activate: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/activate', summary: 'ENROLLED -> ACTIVE' })
    .input(byNode.extend({ reason: z.string().max(1000) }))
    .output(done),
  quarantine: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/quarantine', summary: 'Put it in QUARANTINED' })
    .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
  remediate: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/remediate', summary: 'QUARANTINED -> ACTIVE once remedied' })
    .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
  decommission: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/decommission', summary: 'Begin to take it out of service' })
    .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
  retire: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/retire', summary: 'DECOMMISSIONING -> RETIRED, for good' })
    .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
  schedule: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/schedule', summary: 'Say when it is expected to be heard' })
    .input(byNode.extend({ schedule: contactScheduleSchema.nullable(), reason: z.string().trim().min(1).max(1000) }))
    .output(done),
  move: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/move', summary: 'Put it into another domain, or hand it up towards one' })
    .input(moveRequest)
    .output(done),
  hardware: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/hardware', summary: 'Its machines, those that ask to be it, forks of its logs' })
    .input(byNode)
    .output(nodeHardware),
  replaceHardware: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/replace-hardware', summary: 'Another machine or key is this node from now on' })
    .input(offerRequest)
    .output(done),
  refuseHardware: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/refuse-hardware', summary: 'Turn away a machine that asks to be this node' })
    .input(offerRequest)
    .output(done),
  resolveFork: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/resolve-fork', summary: 'Decide which of two tellings of a log counts' })
    .input(resolveForkRequest)
    .output(done),
  revokeKey: base
    .route({ method: 'POST', path: '/nodes/{nodeId}/revoke-key', summary: 'Cut its key here and quarantine it' })
    .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
}
