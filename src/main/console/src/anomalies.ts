import { useI18n } from 'vue-i18n'
import { useFormat } from './format'

/** The built-in kinds; the words stand in the dictionaries, the colours in style.css. Any other is a brand's own. */
export const ANOMALIES = [
  'SPEND_SPIKE',
  'SPEND_DROP',
  'SLEEP_LINE',
  'OVERDUE',
  'SLOWING',
  'ORDER_UNPAID',
  'CART_ABANDONED',
  'BROWSE_BURST',
  'ORDER_BURST',
  'RETURNED',
  'REFILL_DUE',
] as const
export type BuiltIn = (typeof ANOMALIES)[number]

/** As dev.nudge.rehearse.AnomalyHistory has it. */
export interface Anomalies {
  firstMillis: number
  bucketMillis: number
  total: number
  /** The most frequent first; a last one without a name stands for all others. */
  kinds: { kind: string; total: number; counts: number[] }[]
}

/** What an anomaly found, and what it was measured against: plain decimals. */
export interface Found {
  kind: string
  value: string | null
  baseline: string | null
}

export const isBuiltIn = (kind: string): kind is BuiltIn => (ANOMALIES as readonly string[]).includes(kind)

/** The class that sets --stage to the kind's colour, as stages have theirs; all of a brand's own share one. */
export function anomalyClass(kind: string): string {
  if (kind === '') return 'anomaly-rest'
  return isBuiltIn(kind) ? `anomaly-${kind.toLowerCase().replaceAll('_', '-')}` : 'anomaly-own'
}

/** Words for kinds and for what was found. */
export function useAnomalyWords() {
  const { t } = useI18n()
  const format = useFormat()

  const name = (kind: string) => {
    if (kind === '') return t('anomalies.others')
    return isBuiltIn(kind) ? t(`anomalies.kind.${kind}`) : kind
  }
  const meaning = (kind: string) => {
    if (kind === '') return t('anomalies.othersMeaning')
    return isBuiltIn(kind) ? t(`anomalies.meaning.${kind}`) : t('anomalies.own')
  }
  const measure = (kind: string, number: string) => {
    switch (kind) {
      case 'SLEEP_LINE':
        return format.span(Number(number) * 24 * 3_600_000)
      case 'OVERDUE':
        return format.span(Number(number))
      case 'SPEND_SPIKE':
      case 'SPEND_DROP':
      case 'ORDER_UNPAID':
      case 'CART_ABANDONED':
        return format.money(number)
      default:
        return format.decimal(number)
    }
  }
  /** Empty where there is nothing to say. */
  const found = (row: Found) => {
    if (row.value === null) return ''
    const value = measure(row.kind, row.value)
    // A sleeper's line and what they slept are the same number at first, and the line is no news.
    if (row.baseline === null || row.kind === 'SLEEP_LINE') return value
    return t('anomalies.found', { value, baseline: measure(row.kind, row.baseline) })
  }
  return { name, meaning, found }
}
