import type { Words } from './customers/story'

/** What the API answers, as the records of dev.nudge.console.Pages have it. Amounts are plain decimals. */

export interface Money {
  currency: string
  revenue: string
  cost: string
  roi: number | null
}

export interface Amount {
  currency: string
  amount: string
}

export interface Alert {
  kind: string
  severity: 'URGENT' | 'WATCH'
  campaign: string | null
  subject: string | null
  at: string
  until: string | null
  actual: number | null
  expected: number | null
  deployment: boolean
  advice: Words | null
}

export interface Overview {
  from: string | null
  to: string
  bucketMillis: number
  rates: { at: string; decisions: number; sent: number; control: number }[]
  money: Money[]
  openAlerts: number
  alerts: Alert[]
}

export interface Blocked {
  code: string
  label: Words
  advice: Words | null
  candidates: number
}

export interface Estimate {
  value: number | null
  low: number | null
  high: number | null
}

export interface Arm {
  campaign: string
  arm: string
  asOf: string
  customers: number
  expected: number | null
  conversions: number
  conversionRate: number | null
  conversionLift: Estimate
  conversionRelativeLift: Estimate
  conversionP: number | null
  currency: string
  revenue: string
  cost: string
  revenuePerCustomer: number | null
  revenueLift: Estimate
  revenueRelativeLift: Estimate
  revenueP: number | null
  sampleRatioP: number | null
  mismatch: boolean
  enough: boolean
  winner: boolean
}

export interface Listed {
  campaign: string
  decided: number
  sent: number
  control: number
  deferred: number
  blockedBy: Blocked | null
  lastAt: string
  money: Money[]
  arm: Arm | null
  openAlerts: number
}

export interface Step {
  step: string
  sent: number
  control: number
  amounts: Amount[]
}

export interface Hour {
  at: string
  currency: string
  grants: number
  revenue: string
  cost: string
  cumRevenue: string
  cumCost: string
  roi: number | null
  netRoi: number | null
  matured: number | null
}

export interface Phase {
  phase: 'BEFORE' | 'DURING' | 'AFTER'
  from: string
  to: string
  complete: boolean
  traffic: { visits: number; events: number; timeOnSiteMillis: number; sources: { source: string; visits: number }[] }
}

export interface Target {
  metric: 'PAID' | 'REVENUE'
  part: 'WARM_UP' | 'MAIN' | 'AFTER' | null
  currency: string
  at: string
  actual: string
  target: string
  pace: string
  verdict: 'REACHED' | 'MISSED' | 'ON_PACE' | 'BELOW_PACE' | 'BEHIND'
  hours: { at: string; actual: number; pace: number }[]
}

export interface Campaign {
  campaign: string
  from: string | null
  to: string
  windows: number[]
  window: number | null
  touch: 'any' | 'last'
  basis: 'EVENT' | 'COHORT'
  sent: { first: string; last: string } | null
  steps: Step[]
  bucketMillis: number
  hours: Hour[]
  arms: Arm[]
  outcome: { decided: number; sent: number; control: number; blocked: Blocked[]; put: Blocked[] }
  phases: Phase[]
  targets: Target[]
  alerts: Alert[]
}

export interface Participants {
  groups: { attribute: string; value: string; targeted: number; participants: number }[]
}

export interface Product {
  productId: string
  orders: number
  beside: number
  units: string
  amounts: Amount[]
  carts: number
  wishlists: number
  reviews: number
  ratings: number
  ratingMean: number | null
}

export const SORTS = ['UNITS', 'AMOUNT', 'ORDERS', 'CARTS', 'WISHLISTS', 'RATING'] as const
export type Sort = (typeof SORTS)[number]

export interface Products {
  sort: Sort
  products: Product[]
  product: string | null
  together: { productId: string; orders: number }[]
}

export interface Lifecycle {
  from: string | null
  to: string
  bucketDays: number
  metrics: { at: string; metric: string; segment: string; detail: string; customers: number; amount: string }[]
  orders: { at: string; currency: string; segment: string; placed: number; paid: number; amountPaid: string }[]
  repurchases: { bucket: string; touch: string; intervals: number }[]
}

export interface System {
  measured: { job: string; until: string; behindMillis: number | null }[]
  deadLetters: {
    appendedAt: string
    topic: string
    partition: number
    offset: number
    reason: string
    message: string
    raw: string
    rawBytes: number
  }[]
}

export interface Grants {
  grants: { customerId: string; grantId: string; variant: string; at: string; currency: string; amount: string }[]
  more: boolean
}

/** The steps of the funnel in the order of a purchase; the rest stands beside it. */
export const STEPS = [
  'TARGETED', 'SENT', 'DELIVERED', 'EXPOSED', 'CLICKED', 'VIEWED', 'WANTED', 'CARTED', 'CLAIMED', 'ORDERED', 'PAID', 'REDEEMED',
  'GOAL', 'REVIEWED', 'SHARED', 'REPURCHASED',
] as const
export const BESIDE = ['FAILED', 'UNSUBSCRIBED', 'COUPON_EXPIRED'] as const

/** Steps that somebody who was sent nothing can't reach. */
export const NEVER_CONTROL: readonly string[] = [
  'SENT', 'DELIVERED', 'EXPOSED', 'CLICKED', 'CLAIMED', 'REDEEMED', 'FAILED', 'UNSUBSCRIBED', 'COUPON_EXPIRED',
]

export const AIDEES = [
  { letter: 'ATTENTION', steps: ['EXPOSED'] },
  { letter: 'INTEREST', steps: ['CLICKED', 'VIEWED'] },
  { letter: 'DESIRE', steps: ['WANTED', 'CARTED'] },
  { letter: 'EXPERIENCE', steps: ['ORDERED', 'PAID'] },
  { letter: 'ENTHUSIASM', steps: ['REVIEWED', 'REPURCHASED'] },
  { letter: 'SHARE', steps: ['SHARED'] },
] as const
