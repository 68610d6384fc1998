import { useI18n } from 'vue-i18n'
import { useAnomalyWords } from '../anomalies'
import { useFormat } from '../format'
import type { Amount, Arm, Estimate, Hour, Step } from '../measures'

/** What dev.nudge.rehearse.DecisionHistory wrote of a tenant. */
export interface Decisions {
  firstMillis: number
  bucketMillis: number
  buckets: number
  currency: string | null
  zone: string
  /** Paid orders in currencies that the policy does not name; no feature counts them. */
  otherCurrencies: { currency: string; orders: number }[]
  /** Rows of campaigns beyond those told of. */
  rowsOfOthers: number
  /** Rows of measures of campaigns beyond those told of. */
  measuresOfOthers: number
  /** Refunds of which no payment is known. */
  unattributed: Measured | null
  /** Those that sent the most first. */
  campaigns: CampaignHistory[]
  sends: Sends
}

export interface CampaignHistory {
  id: string
  candidates: number
  /** Rows by code, bucket by bucket. */
  counts: Partial<Record<Code, number[]>>
  details: Detail[]
  variants: Named[]
  channels: Named[]
  /** Of all resources granted, a plain decimal. */
  amount: string
  /** How many resources were granted, bucket by bucket. */
  granted: number[]
  /** What they and the channels are expected to cost, bucket by bucket. */
  costs: number[]
  cost: string
  exhaustedAt: string | null
  /** In the policy's zone. */
  busiestDay: string | null
  busiestDayCost: string
  sends: Sends
  definition: Definition | null
  /** Null where nobody was sent anything or held back. */
  measured: Measured | null
}

/** What dev.nudge.rehearse.MeasuredHistory wrote of a campaign. */
export interface Measured {
  /** Milliseconds, the primary one first. */
  windows: number[]
  funnel: Side[]
  returns: Returns[]
  arms: ArmLine[]
  /** Rows beyond its limits. */
  rowsLeftOut: number
}

/** Whose steps: a variant's, or, where it is empty, those of all who were sent something. */
export interface Side {
  window: number
  touch: Touch
  variant: string
  steps: { step: string; grants: number; amounts: Amount[] }[]
}

export const TOUCHES = ['last', 'any'] as const
export type Touch = (typeof TOUCHES)[number]
export type Basis = 'EVENT' | 'COHORT'

/** Column by column: one value for each bucket in which anything changed. */
export interface Returns {
  basis: Basis
  window: number
  touch: Touch
  currency: string
  places: number[]
  grants: number[]
  revenue: string[]
  cost: string[]
  cumRevenue: string[]
  cumCost: string[]
  roi: (string | null)[]
  matured: (string | null)[]
}

/** A line of experiments.jsonl. */
export interface ArmLine {
  campaign: string
  arm: string
  asOf: string
  customers: number
  expected: number | null
  conversions: number
  conversionRate: number | null
  conversionLift: number | null
  conversionLiftLow: number | null
  conversionLiftHigh: number | null
  conversionRelativeLift: number | null
  conversionRelativeLiftLow: number | null
  conversionRelativeLiftHigh: number | null
  conversionP: number | null
  currency: string
  revenue: string
  cost: string
  revenuePerCustomer: number | null
  revenueLift: number | null
  revenueLiftLow: number | null
  revenueLiftHigh: number | null
  revenueRelativeLift: number | null
  revenueRelativeLiftLow: number | null
  revenueRelativeLiftHigh: number | null
  revenueP: number | null
  sampleRatioP: number | null
  sampleRatioMismatch: boolean
  enough: boolean
  winner: boolean
}

/** Variants beside each other; none where there is but one. */
export function variantsOf(measured: Measured): string[] {
  const all = new Set(measured.funnel.map((side) => side.variant).filter((variant) => variant !== '' && variant !== 'CONTROL'))
  return all.size > 1 ? [...all].sort() : []
}

/** A variant's funnel, or that of all who were sent something, as the console's panel takes it. */
export function stepsOf(measured: Measured, window: number, touch: Touch, variant: string): Step[] {
  const side = (of: string) =>
    measured.funnel.find((one) => one.window === window && one.touch === touch && one.variant === of)?.steps ?? []
  const steps = new Map(side(variant).map((step) => [step.step, { step: step.step, sent: step.grants, control: 0, amounts: step.amounts }]))
  for (const { step, grants } of side('CONTROL')) {
    steps.set(step, { ...(steps.get(step) ?? { step, sent: 0, amounts: [] }), control: grants })
  }
  return [...steps.values()]
}

const ratio = (text: string | null | undefined) => (text == null ? null : Number(text))

/** As the console's chart takes it. */
export function hoursOf(measured: Measured, decisions: Decisions, basis: Basis, window: number, touch: Touch): Omit<Hour, 'netRoi'>[] {
  return measured.returns
    .filter((one) => one.basis === basis && one.window === window && one.touch === touch)
    .flatMap((one) =>
      one.places.map((place, i) => ({
        at: new Date(decisions.firstMillis + place * decisions.bucketMillis).toISOString(),
        currency: one.currency,
        grants: one.grants[i] ?? 0,
        revenue: one.revenue[i] ?? '0',
        cost: one.cost[i] ?? '0',
        cumRevenue: one.cumRevenue[i] ?? '0',
        cumCost: one.cumCost[i] ?? '0',
        roi: ratio(one.roi[i]),
        matured: ratio(one.matured[i]),
      })),
    )
}

/** From when on not all windows were over at the end; of what happened in an hour the hour itself does not tell. */
export function openFrom(measured: Measured, decisions: Decisions, window: number, touch: Touch): number | null {
  const open = hoursOf(measured, decisions, 'COHORT', window, touch).filter((hour) => hour.matured !== null && hour.matured < 0.9995)
  return open.length === 0 ? null : Math.min(...open.map((hour) => Date.parse(hour.at)))
}

/** As the console's table takes it. */
export function armOf(line: ArmLine): Arm {
  const estimate = (value: number | null, low: number | null, high: number | null): Estimate => ({ value, low, high })
  return {
    campaign: line.campaign,
    arm: line.arm,
    asOf: line.asOf,
    customers: line.customers,
    expected: line.expected,
    conversions: line.conversions,
    conversionRate: line.conversionRate,
    conversionLift: estimate(line.conversionLift, line.conversionLiftLow, line.conversionLiftHigh),
    conversionRelativeLift: estimate(line.conversionRelativeLift, line.conversionRelativeLiftLow, line.conversionRelativeLiftHigh),
    conversionP: line.conversionP,
    currency: line.currency,
    revenue: line.revenue,
    cost: line.cost,
    revenuePerCustomer: line.revenuePerCustomer,
    revenueLift: estimate(line.revenueLift, line.revenueLiftLow, line.revenueLiftHigh),
    revenueRelativeLift: estimate(line.revenueRelativeLift, line.revenueRelativeLiftLow, line.revenueRelativeLiftHigh),
    revenueP: line.revenueP,
    sampleRatioP: line.sampleRatioP,
    mismatch: line.sampleRatioMismatch,
    enough: line.enough,
    winner: line.winner,
  }
}

export interface Named {
  name: string
  count: number
}

export interface Sends {
  largest: Send[]
  latest: Send[]
}

export interface Send {
  at: string
  customerId: string
  campaign: string
  variant: string
  channel: string
  amount: string | null
}

/** What says more than a code; without any fields it stands for all others of that code. */
export interface Detail {
  code: Code
  count: number
  of: Record<string, string>
}

export interface Definition {
  trigger: { kind: 'STAGE' | 'ANOMALY' | 'EVERY' | 'SCHEDULE' | 'AFTER' | 'PATTERN'; of: string | null }
  purpose: 'MARKETING' | 'SERVICE'
  priority: number
  exclusive: string | null
  paused: boolean
  from: string | null
  to: string | null
  audience: string | null
  channels: string[]
  control: number
  delayMillis: number
  reentryMillis: number
  resource: { kind: string; type: string | null; min: string; max: string; total: number | null; claimed: boolean } | null
  budgetTotal: string | null
  budgetPerDay: string | null
}

/** In the order of the checks, as dev.nudge.event.DecisionCode has them. */
export const CODES = [
  'PAUSED',
  'CAMPAIGN_INACTIVE',
  'AUDIENCE',
  'SUSPECT',
  'NO_CONSENT',
  'UNSUBSCRIBED',
  'REENTRY',
  'GROUP_BUSY',
  'LOWER_PRIORITY',
  'OUTSIDE_SLOT',
  'QUIET_HOURS',
  'FREQUENCY_CAP',
  'HELD_COUPONS',
  'COUPON_TYPE_PERIOD',
  'COUPON_PER_DAY',
  'COUPON_PER_CUSTOMER',
  'MISSING_VALUE',
  'BUDGET_EXHAUSTED',
  'GLOBAL_CONTROL',
  'CONTROL',
  'SENT',
  'CANCELLED',
  'EXPIRED',
  'DEFERRED',
  'OPEN_AT_END',
] as const
export type Code = (typeof CODES)[number]

/** What a code means to a marketer, who wants four numbers and not twenty-four. */
export const OUTCOMES = ['SENT', 'COMPARED', 'HELD_BACK', 'OVER', 'NOT_MEANT'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Null for a row that is not final. */
export function outcomeOf(code: Code): Outcome | null {
  switch (code) {
    case 'SENT':
      return 'SENT'
    case 'CONTROL':
    case 'GLOBAL_CONTROL':
      return 'COMPARED'
    case 'AUDIENCE':
      return 'NOT_MEANT'
    case 'CANCELLED':
    case 'EXPIRED':
    case 'OPEN_AT_END':
      return 'OVER'
    case 'DEFERRED':
      return null
    default:
      return 'HELD_BACK'
  }
}

export const sum = (numbers: number[] | undefined) => (numbers ?? []).reduce((total, one) => total + one, 0)

/** Rows of a code. */
export const countOf = (campaign: CampaignHistory, code: Code) => sum(campaign.counts[code])

/** Candidates by what became of them. */
export function outcomesOf(campaign: CampaignHistory): Record<Outcome, number> {
  const all = { SENT: 0, COMPARED: 0, HELD_BACK: 0, OVER: 0, NOT_MEANT: 0 }
  for (const code of CODES) {
    const outcome = outcomeOf(code)
    if (outcome !== null) all[outcome] += countOf(campaign, code)
  }
  return all
}

/** Numbers bucket by bucket, added up over campaigns. */
export function addUp(buckets: number, all: (number[] | undefined)[]): number[] {
  const sums = new Array<number>(buckets).fill(0)
  for (const numbers of all) numbers?.forEach((number, i) => (sums[i] = (sums[i] ?? 0) + number))
  return sums
}

/** Milliseconds of an ISO 8601 duration as Java writes it, in hours and less. */
function millis(duration: string): number {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration)
  return found === null ? 0 : (Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0)) * 1000
}

/** Words for triggers and for what says more than a code. */
export function useDecisionWords() {
  const { t, te } = useI18n()
  const format = useFormat()
  const anomalies = useAnomalyWords()

  const code = (of: Code) => t(`decisions.code.${of}`)
  const meaning = (of: Code) => t(`decisions.meaning.${of}`)
  const resource = (kind: string) => (te(`decisions.resource.${kind}`) ? t(`decisions.resource.${kind}`) : kind)
  const trigger = ({ trigger: { kind, of } }: Definition) => {
    switch (kind) {
      case 'STAGE':
        return t('decisions.trigger.STAGE', { stage: t(`stage.${of}`) })
      case 'ANOMALY':
        return t('decisions.trigger.ANOMALY', { kind: anomalies.name(of ?? '') })
      case 'SCHEDULE':
        return t('decisions.trigger.SCHEDULE', { at: (of ?? '').replace('T', ' ').replace(/:00Z$/, ' UTC') })
      default:
        return t(`decisions.trigger.${kind}`, { cron: of ?? '' })
    }
  }
  const window = (of: string) => (te(`decisions.window.${of}`) ? t(`decisions.window.${of}`) : format.span(millis(of)))
  const detail = (row: Detail) => {
    if (Object.keys(row.of).length === 0) return t('decisions.detail.others')
    const { scope, window: span, reentry, reason, deleted, from, paused, channel, ...rest } = row.of
    switch (row.code) {
      case 'FREQUENCY_CAP':
        return scope === undefined
          ? t('decisions.detail.others')
          : t(`decisions.detail.${channel === undefined ? 'CAP' : 'CHANNEL_CAP'}`, { ...rest, channel: channel ?? '', window: window(span ?? '') })
      case 'COUPON_TYPE_PERIOD':
        return t('decisions.detail.COUPON_TYPE_PERIOD', { ...rest, window: window(span ?? '') })
      case 'REENTRY':
        return t(`decisions.detail.${reentry === undefined ? 'DEFERRED_BEFORE' : 'REENTRY'}`, { span: format.span(millis(reentry ?? '')) })
      case 'DEFERRED':
        return t(`decisions.deferred.${reason}`)
      case 'PAUSED':
        return t(`decisions.detail.PAUSED_${paused === 'policy' ? 'POLICY' : 'CAMPAIGN'}`)
      case 'CAMPAIGN_INACTIVE':
        return t(`decisions.detail.${deleted !== undefined ? 'DELETED' : 'TOO_EARLY'}`, { from: from ?? '' })
      default:
        return t(`decisions.detail.${row.code}`, rest)
    }
  }
  return { code, meaning, resource, trigger, detail }
}
