// The fraud screen of a shop that has none: everything is approved.

import type { FraudScreen } from '../../actors/ports/fraud-screen.ts'

export const approvingFraudScreen: FraudScreen = { screen: async () => 'approved' }
