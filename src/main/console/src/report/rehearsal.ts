import type { Anomalies } from '../anomalies'
import type { Counts, Flow, Stages } from '../live'
import { STAGES, type Origin, type Stage } from '../stages'
import type { Decisions } from './decisions'

/** What dev.nudge.rehearse.Report wrote into the page. */
export interface Rehearsal {
  /** The first usable record; null without one. */
  from: string | null
  until: string | null
  records: number
  skipped: number
  deadLetters: { reason: string; count: number }[]
  files: string[]
  /** Stage changes of tenants beyond those told of. */
  changesOfOthers: number
  /** Their anomalies. */
  anomaliesOfOthers: number
  /** Decisions of tenants beyond those told of. */
  decisionsOfOthers: number
  /** Their rows of measures. */
  measuresOfOthers: number
  /** Nobody told what became of triggers: each counted as sent. */
  receiptsAssumed: boolean
  tenants: Tenant[]
}

export interface Tenant {
  name: string
  times: number[]
  counts: Record<Stage, number[]>
  moves: Move[]
  anomalies: Anomalies
  largest: Amount[]
  decisions: Decisions
}

/** An anomaly about money; amounts are plain decimals. */
export interface Amount {
  kind: string
  customerId: string
  orderId: string | null
  at: string
  value: string
  baseline: string | null
}

export interface Move {
  from: Origin
  to: Stage
  changes: number
}

/** Null where nobody put anything in, as in development. */
export function readRehearsal(): Rehearsal | null {
  return JSON.parse(document.getElementById('rehearsal')?.textContent ?? 'null') as Rehearsal | null
}

/** As the console's panels take it. */
export function stagesOf(tenant: Tenant): Stages {
  const points = tenant.times.map((at, i) => ({
    at: new Date(at).toISOString(),
    counts: Object.fromEntries(STAGES.map((stage) => [stage, tenant.counts[stage][i] ?? 0])) as Counts,
  }))
  const current = Object.fromEntries(STAGES.map((stage) => [stage, tenant.counts[stage].at(-1) ?? 0])) as Counts
  return { points, current, total: STAGES.reduce((sum, stage) => sum + current[stage], 0) }
}

/**
 * As the console's panel takes it, but for one difference: the console counts customers, once a pair of stages; here it
 * is every change, since to know a customer again would take memory for each of them. The report's words say so.
 */
export function flowOf(tenant: Tenant, from: string, to: string): Flow {
  return { from, to, links: tenant.moves.map((move) => ({ from: move.from, to: move.to, customers: move.changes })) }
}

/** What a change means to a shop, in the order of a customer's life. */
export const KINDS = ['WON', 'GREW', 'COOLED', 'LOST', 'RETURNED'] as const
export type Kind = (typeof KINDS)[number]

export function kindOf({ from, to }: Move): Kind {
  if (from === 'NONE' || from === 'PROSPECT') return 'WON'
  if (to === 'LOST') return 'LOST'
  if (to === 'DECLINING' || to === 'DORMANT') return 'COOLED'
  if (from === 'DECLINING' || from === 'DORMANT' || from === 'LOST') return 'RETURNED'
  return from === 'STABLE' ? 'COOLED' : 'GREW'
}
