import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { Campaign } from '../measures'

/** What the API of actions answers, as the records of dev.nudge.console.Actions have it. */

export interface Offer {
  campaigns: boolean
  rehearsals: boolean
  deadLetters: boolean
}

export interface Definition {
  campaign: string
  version: number
  /** Event time. */
  holdsFrom: string
  paused: boolean
  text: string
}

export interface Applied {
  definition: Definition
  changed: boolean
}

/** What is wrong with a text; without a line where it is not about the text itself. */
export interface Problem {
  line: number | null
  column: number | null
  key: string
  found: string
  expected: string
}

export interface Rehearsal {
  id: number
  campaign: string
  status: 'RUNNING' | 'DONE' | 'FAILED' | 'NO_RECORDS' | 'STOPPED' | 'TOO_LONG'
  step: 'COPY' | 'SURVEY' | 'RUN' | 'WRITE' | null
  done: number | null
  total: number | null
  result: {
    from: string | null
    until: string | null
    records: number
    unusable: number
    millis: number
    outcome: Campaign['outcome']
  } | null
}

export interface Rehearsals {
  hasRecords: boolean
  busy: boolean
  rehearsal: Rehearsal | null
}

export interface Place {
  topic: string
  partition: number
  offset: number
}

export interface WholeLetter {
  place: Place
  reason: string
  message: string
  text: string | null
  bytes: number
  replayable: boolean
  replayed: { at: string; as: Place } | null
}

export interface Sent {
  place: Place
  outcome: 'SENT' | 'SENT_BEFORE' | 'GONE' | 'NOT_REPLAYABLE'
  as: Place | null
  at: string | null
}

/**
 * Why something was not done. `unknown`: no answer came, so that nobody here knows whether it was; `unconfirmed`: Kafka
 * did not confirm it in time.
 */
export interface Failure {
  why: 'refused' | 'conflict' | 'missing' | 'forbidden' | 'unconfirmed' | 'unknown'
  /** In the words of the server, which are English. */
  error: string
  problems: Problem[]
}

export type Answer<T> = { value: T; failure: null } | { value: null; failure: Failure }

// A form of another site can't set a header.
const HEADERS = { 'X-Nudge': 'console', 'Content-Type': 'text/plain; charset=utf-8' }

const failure = (why: Failure['why'], error = '', problems: Problem[] = []) => ({ value: null, failure: { why, error, problems } })

function why(status: number): Failure['why'] {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 404) return 'missing'
  if (status === 409) return 'conflict'
  if (status === 503) return 'unconfirmed'
  return status < 500 ? 'refused' : 'unknown'
}

async function call<T>(path: string, query: Record<string, string>, init: RequestInit): Promise<Answer<T>> {
  try {
    const answer = await fetch(`/api/${path}?${new URLSearchParams(query)}`, init)
    const body = (await answer.json()) as { error?: string; problems?: Problem[] }
    return answer.ok ? { value: body as T, failure: null } : failure(why(answer.status), body.error, body.problems)
  } catch {
    return failure('unknown')
  }
}

export const ask = <T>(path: string, query: Record<string, string>) => call<T>(path, query, {})

/** Has something done. Only what the server answered is told as done. */
export const act = <T>(path: string, query: Record<string, string>, body = '') =>
  call<T>(path, query, { method: 'POST', headers: HEADERS, body })

/** What this console offers; null until it is known, and when it can't be. */
export function useOffer(): Ref<Offer | null> {
  const offer = ref<Offer | null>(null)
  void ask<Offer>('actions', {}).then((answer) => (offer.value = answer.value))
  return offer
}

const POLL_MILLIS = 1_000

/** A brand's newest rehearsal, asked for again as long as one runs; nothing is asked where none is offered. */
export function useRehearsal(tenant: Ref<string>, offer: Ref<Offer | null>) {
  const state = ref<Rehearsals | null>(null)
  let timer: number | undefined
  let asked = 0

  async function look() {
    window.clearTimeout(timer)
    const mine = ++asked
    if (offer.value?.rehearsals !== true) return
    const answer = await ask<Rehearsals>('rehearsal', { tenant: tenant.value })
    if (mine === asked) show(answer.value ?? state.value)
  }

  function show(now: Rehearsals | null) {
    asked++
    state.value = now
    window.clearTimeout(timer)
    if (now?.busy || now?.rehearsal?.status === 'RUNNING') timer = window.setTimeout(look, POLL_MILLIS)
  }

  watch([tenant, offer], () => {
    state.value = null
    void look()
  }, { immediate: true })
  onScopeDispose(() => {
    asked++
    window.clearTimeout(timer)
  })
  return { state, show }
}
