import { computed, onScopeDispose, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Anomalies } from './anomalies'
import type { Origin, Stage } from './stages'

export const RANGES = ['7d', '30d', '90d', 'all'] as const
export type Range = (typeof RANGES)[number]

export type Counts = Record<Stage, number>

export interface Clock {
  /** Null while a replay has not begun. */
  now: string | null
  kind: 'REPLAY' | 'WALL'
  /** Event seconds a second; 0: as fast as it can. */
  speed: number
  progress: number
  done: boolean
  /** What of the data nobody ever did; a server of before says nothing. */
  simulated?: 'NOTHING' | 'ANSWERS' | 'SHOP'
}

export interface Stages {
  points: { at: string; counts: Counts }[]
  current: Counts
  total: number
}

export interface Flow {
  from: string
  to: string
  links: { from: Origin; to: Stage; customers: number }[]
}

interface Happened {
  tenant: string
  customerId: string
  at: string
}

export interface StageMoment extends Happened {
  kind: 'STAGE'
  from: Stage | null
  to: Stage
  life: number
  orderCount: number
}

export interface AnomalyMoment extends Happened {
  id: string
  kind: string
  to: null
  orderId: string | null
  value: string | null
  baseline: string | null
}

export type Moment = StageMoment | AnomalyMoment

export const isStage = (moment: Moment): moment is StageMoment => moment.to !== null

export interface Health {
  eventsPerSecond: number | null
  accepted: number | null
  late: number | null
  duplicates: number | null
  lagRecords: number | null
  watermark: string | null
  watermarkDelayMillis: number | null
  deadLetters: { reason: string; count: number }[]
  job: { state: string; restarts: number | null; lastCheckpointAt: string | null } | null
}

export interface Trouble {
  code: string | null
  since: string | null
}

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'stale'

/** The server sends something at least every five seconds; silence for longer than this is a fault. */
const SILENCE_MILLIS = 12_000
const RETRY_MILLIS = 3_000
const SAMPLES = 90

/** The brands that have rows. Asks again every few seconds until there is one. */
export function useTenants(): Ref<string[]> {
  const tenants = ref<string[]>([])
  let timer: number | undefined
  async function ask() {
    try {
      const answer = await fetch('/api/tenants')
      if (answer.ok) tenants.value = (await answer.json()) as string[]
    } catch {
      // Not there yet: asked again below.
    }
    if (tenants.value.length === 0) timer = window.setTimeout(ask, RETRY_MILLIS)
  }
  void ask()
  onScopeDispose(() => window.clearTimeout(timer))
  return tenants
}

/**
 * One brand's live data over server-sent events. A new tenant, period or question opens a new stream.
 *
 * question: the parameters of what the page asks beside the stages; its answers come as `answer`. Where only a choice
 * within a page has changed, the answer before stands until the new one is there.
 * refused: called when the server ended the stream for good, which it does when a token no longer holds.
 */
export function useLive(
  tenant: Ref<string | null>,
  range: Ref<Range>,
  question: Ref<Record<string, string>>,
  refused: () => void,
) {
  const answer = shallowRef<unknown>(null)
  const answered = ref('')
  const clock = shallowRef<Clock | null>(null)
  const stages = shallowRef<Stages | null>(null)
  const flow = shallowRef<Flow | null>(null)
  const anomalies = shallowRef<Anomalies | null>(null)
  const moments = shallowRef<Moment[] | null>(null)
  const health = shallowRef<Health | null>(null)
  const trouble = shallowRef<Trouble | null>(null)
  const throughput = ref<number[]>([])
  const lag = ref<number[]>([])

  const link = reactive({ open: false, ever: false, heardAt: 0, dataAt: 0, now: Date.now() })
  const connection = computed<Connection>(() => {
    if (!link.ever) return 'connecting'
    if (link.now - link.heardAt > SILENCE_MILLIS) return 'stale'
    return link.open ? 'live' : 'reconnecting'
  })

  let source: EventSource | undefined
  let retry: number | undefined

  function close() {
    source?.close()
    window.clearTimeout(retry)
  }

  function open() {
    close()
    if (tenant.value === null) return
    const query = new URLSearchParams({ tenant: tenant.value, range: range.value, ...question.value })
    const asked = query.toString()
    const mine = new EventSource(`/api/live?${query}`)
    source = mine

    function on<T>(name: string, take: (data: T) => void) {
      mine.addEventListener(name, (event) => {
        link.open = true
        link.ever = true
        link.heardAt = link.now = Date.now()
        take(JSON.parse((event as MessageEvent<string>).data) as T)
      })
    }
    on<Clock>('clock', (data) => (clock.value = data))
    on<Stages>('stages', (data) => {
      stages.value = data
      link.dataAt = Date.now()
    })
    on<Flow>('flow', (data) => (flow.value = data))
    on<Anomalies>('anomalies', (data) => (anomalies.value = data))
    on<{ rows: Moment[] }>('moments', (data) => (moments.value = data.rows))
    on<Health>('health', (data) => {
      health.value = data
      sample(throughput, data.eventsPerSecond)
      sample(lag, data.lagRecords)
    })
    on<Trouble>('trouble', (data) => (trouble.value = data.code === null ? null : data))
    on<unknown>('page', (data) => {
      answer.value = data
      answered.value = asked
      link.dataAt = Date.now()
    })
    on<unknown>('heartbeat', () => undefined)

    mine.onopen = () => (link.open = true)
    mine.onerror = () => {
      link.open = false
      // The browser reconnects by itself, except after a refusal: then it gives up and we try again.
      if (mine.readyState === EventSource.CLOSED) {
        window.clearTimeout(retry)
        retry = window.setTimeout(open, RETRY_MILLIS)
        refused()
      }
    }
  }

  const same = computed(() => `${tenant.value} ${question.value.page} ${question.value.campaign ?? ''}`)
  const wish = computed(() =>
    new URLSearchParams({ tenant: tenant.value ?? '', range: range.value, ...question.value }).toString(),
  )
  // What a chart's words say must be what was asked, so it is marked as old meanwhile.
  const waits = computed(() => answered.value !== wish.value)
  watch(same, () => (answer.value = null), { flush: 'sync' })

  watch(tenant, () => {
    stages.value = flow.value = anomalies.value = moments.value = null
    link.dataAt = 0
  })
  watch(wish, open, { immediate: true })
  const ticking = window.setInterval(() => (link.now = Date.now()), 1_000)
  onScopeDispose(() => {
    window.clearInterval(ticking)
    close()
  })

  return { answer, waits, clock, stages, flow, anomalies, moments, health, trouble, throughput, lag, connection, link }
}

function sample(series: Ref<number[]>, value: number | null) {
  if (value !== null) series.value = [...series.value, value].slice(-SAMPLES)
}
