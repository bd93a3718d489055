/** The version of the product, for `--version`, the API and what nodes are told. */
import product from '../../package.json' with { type: 'json' }

export const productVersion: string = product.version
