import { runConformance } from '@stowage/conformance'
import { directSetup, tokenSetup } from './conformance-setup.ts'

// With a token the adapter does what most people use it for; the page of capabilities shows that.
runConformance(tokenSetup, { scorecard: new URL('../../../docs/backends/scorecards/dcss.json', import.meta.url) })
runConformance(directSetup)
