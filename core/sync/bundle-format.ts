/** The names and limits of the bundle format (core/log/BUNDLE.md). */

export const manifestPayloadType = 'application/vnd.ibcf.manifest+json'
