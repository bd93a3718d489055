/** What answers the procedures of contract/procedures/artifacts.ts. */
import { listArtifacts } from '../../queries/artifacts.ts'
import { act, os } from './implementing.ts'

export const artifactHandlers = {
  list: os.artifact.list.handler(({ context: { served } }) => served.master.moment(() => listArtifacts(served.master.model))),
  put: os.artifact.put.handler(({ input, context }) => act(context, 'artifact.put', input)),
  publish: os.artifact.publish.handler(({ input, context }) => act(context, 'artifact.publish', input)),
}
