/** What nodes are to install: names, inputs and outputs. */
import { artifactPiece, artifactProgress, artifactRow, artifactView, publishArtifactRequest } from '../commands.ts'
import { base } from './base.ts'
import { z } from 'zod'

export const artifactProcedures = {
  list: base
    .route({ method: 'GET', path: '/artifacts', summary: 'What nodes can be told to install, and whether its bytes are held here' })
    .output(z.object({ items: z.array(artifactRow) })),
  put: base
    .route({ method: 'PUT', path: '/artifacts/content', summary: 'A piece of what nodes are to install' })
    .input(artifactPiece)
    .output(artifactProgress),
  publish: base
    .route({ method: 'POST', path: '/artifacts', summary: 'Name bytes that are held here, and sign for them' })
    .input(publishArtifactRequest)
    .output(artifactView),
}
