import { runConformance } from '@stowage/conformance'
import { directSetup, tokenSetup } from './conformance-setup.ts'

runConformance(tokenSetup)
runConformance(directSetup)
