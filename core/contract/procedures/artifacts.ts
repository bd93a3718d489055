/** What nodes are to install: names, inputs and outputs. */
import { artifactPiece, artifactProgress, artifactView, publishArtifactRequest } from '../commands.ts'
import { base } from './base.ts'

export const artifactProcedures = {
  put: base
    .route({ method: 'PUT', path: '/artifacts/content', summary: 'A piece of what nodes are to install' })
    .input(artifactPiece)
    .output(artifactProgress),
  publish: base
    .route({ method: 'POST', path: '/artifacts', summary: 'Name bytes that are held here, and sign for them' })
    .input(publishArtifactRequest)
    .output(artifactView),
}
