/** What answers the procedures of contract/procedures/artifacts.ts. */
import { act, os } from './implementing.ts'

export const artifactHandlers = {
  put: os.artifact.put.handler(({ input, context }) => act(context, 'artifact.put', input)),
  publish: os.artifact.publish.handler(({ input, context }) => act(context, 'artifact.publish', input)),
}
