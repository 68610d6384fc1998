import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Moment } from '../live'
import type { Place } from '../place'
import type { Stage } from '../stages'

/** Something said in both languages, as dev.nudge.console.Words has it. */
export interface Words {
  en: string
  zh: string
}

export interface Found {
  customerId: string
  stage: Stage | null
  since: string | null
}

export interface Decided {
  id: string
  code: string
  label: Words
  why: Words
  due: string
  at: string
  winner: string | null
  variant: string | null
  channel: string | null
  amount: string | null
  triggerId: string | null
  grantId: string | null
  read: { name: string; label: Words; value: Words }[]
}

export interface Candidate {
  campaign: string
  version: number
  momentId: string
  moment: Moment | null
  /** The newest first. */
  rows: Decided[]
  /** Older ones of its campaign that the audience refused too, and that are not among the candidates. */
  alike: number
}

/** As dev.nudge.console.CustomerStory has it. */
export interface CustomerStory {
  tenant: string
  customerId: string
  campaign: string | null
  stage: { stage: Stage; since: string; life: number; orderCount: number } | null
  features: { name: string; value: string; at: string; campaign: string }[]
  caps: { cap: Words; max: number; used: number; left: number; at: string; campaign: string }[]
  coupons: { at: string; campaign: string; amount: string; channel: string; variant: string; grantId: string }[]
  unused: { count: number; at: string; campaign: string } | null
  campaigns: {
    campaign: string
    candidates: number
    newest: string
    codes: { code: string; label: Words; candidates: number; last: string }[]
  }[]
  moments: Moment[]
  candidates: Candidate[]
  moreCandidates: boolean
  moreMoments: boolean
}

/** Says Words in the page's language. */
export function useWords() {
  const { locale } = useI18n()
  return (words: Words) => (locale.value === 'zh' ? words.zh : words.en)
}

/** failed: the console or its database did not answer; what was there before stays. */
export type Answer = 'none' | 'asking' | 'there' | 'unknown' | 'failed'

const REFRESH_MILLIS = 5_000
const PAUSE_MILLIS = 200

/** Asks for JSON, the newest wish alone: what answers late is thrown away. */
function asker() {
  let current: AbortController | undefined
  function stop() {
    current?.abort()
    current = undefined
  }
  async function ask<T>(path: string, query: Record<string, string>): Promise<T | 'unknown' | 'failed' | null> {
    stop()
    const mine = (current = new AbortController())
    try {
      const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { signal: mine.signal })
      if (answer.status === 404 || answer.status === 400) return 'unknown'
      return answer.ok ? ((await answer.json()) as T) : 'failed'
    } catch {
      return mine.signal.aborted ? null : 'failed'
    }
  }
  return { ask, stop }
}

/** One customer, asked for again every few seconds while somebody looks. */
export function useCustomer(tenant: Ref<string | null>, place: Ref<Place>) {
  const story = shallowRef<CustomerStory | null>(null)
  const answer = ref<Answer>('none')
  const { ask, stop } = asker()
  let last = ''
  let timer: number | undefined

  async function refresh() {
    window.clearTimeout(timer)
    const { customer, campaign } = place.value
    if (tenant.value === null || customer === null) return
    const query: Record<string, string> = { tenant: tenant.value, id: customer }
    if (campaign !== null) query.campaign = campaign
    const got = await ask<CustomerStory>('/api/customer', query)
    if (got === null) return
    if (got === 'unknown' || got === 'failed') {
      if (got === 'unknown') story.value = null
      answer.value = got
    } else {
      answer.value = 'there'
      const text = JSON.stringify(got)
      if (text !== last || story.value === null) story.value = got
      last = text
    }
    timer = window.setTimeout(again, REFRESH_MILLIS)
  }
  function again() {
    if (document.visibilityState === 'visible') void refresh()
  }
  document.addEventListener('visibilitychange', again)

  watch(
    [tenant, () => place.value.customer, () => place.value.campaign],
    ([brand, customer], [brandBefore, customerBefore]) => {
      stop()
      window.clearTimeout(timer)
      // Another campaign of the same customer: the rest of the page stays while it is asked for.
      if (brand !== brandBefore || customer !== customerBefore) story.value = null
      answer.value = customer === null ? 'none' : 'asking'
      void refresh()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', again)
    window.clearTimeout(timer)
    stop()
  })
  return { story, answer }
}

/** Customers whose id begins with what is typed. */
export function useSearch(tenant: Ref<string | null>, typed: Ref<string>) {
  const found = shallowRef<Found[]>([])
  const answer = ref<Answer>('none')
  const { ask, stop } = asker()
  let timer: number | undefined
  const prefix = computed(() => typed.value.trim())

  watch([tenant, prefix], () => {
    stop()
    window.clearTimeout(timer)
    if (tenant.value === null || prefix.value === '') {
      found.value = []
      answer.value = 'none'
      return
    }
    answer.value = 'asking'
    timer = window.setTimeout(look, PAUSE_MILLIS)
  })
  async function look() {
    const got = await ask<Found[]>('/api/customers', { tenant: tenant.value ?? '', prefix: prefix.value })
    if (got === null) return
    found.value = typeof got === 'string' ? [] : got
    answer.value = typeof got === 'string' ? got : 'there'
    if (got === 'failed') timer = window.setTimeout(look, REFRESH_MILLIS)
  }
  onScopeDispose(() => {
    window.clearTimeout(timer)
    stop()
  })
  return { found, answer, prefix }
}

/** How a code looks: what was sent, what waits, what somebody should look after, and the rest. */
export function tone(code: string): 'good' | 'warn' | 'bad' | 'quiet' {
  switch (code) {
    case 'SENT':
      return 'good'
    case 'DEFERRED':
      return 'warn'
    case 'MISSING_VALUE':
    case 'BUDGET_EXHAUSTED':
    case 'PAUSED':
      return 'bad'
    default:
      return 'quiet'
  }
}
