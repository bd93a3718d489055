/** `POST /v1/enrol`: a request to join, and how it stands. */
import { accepted } from '../../kernel/result.ts'
import { requestEnrolment } from '../enrolment.ts'
import { jsonResponse } from '../exchange.ts'
import type { Route } from '../route.ts'

/** Fifty tags of a hundred characters, each at its widest, twice in base64, and room for the rest. */
const maxBodyBytes = 64 * 1024

export const enrolRoute: Route = {
  method: 'POST',
  path: '/v1/enrol',
  maxBodyBytes,
  access: 'open',
  act: ({ master, newId }, { body }) => {
    const answer = requestEnrolment(master, newId, body)
    return answer.ok ? accepted(jsonResponse(answer.value)) : answer
  },
}
