import { onScopeDispose, shallowRef } from 'vue'
import { ANOMALIES, anomalyClass } from './anomalies'
import { ORIGINS, type Origin } from './stages'

/** Colours of series; style sheets name them --c-series-0 and so on. */
export const SERIES = 10

export interface Theme {
  ink: string
  quiet: string
  hairline: string
  good: string
  bad: string
  accent: string
  card: string
  font: string
  stage: Record<Origin, string>
  /** By an anomaly's kind. */
  anomaly: (kind: string) => string
  /** For what has no colour of its own, by place; beyond the last one the colour of all others. */
  series: (place: number) => string
}

/** The colours of style.css for canvases, which can't read them by themselves; follows light and dark. Paper is light. */
export function useTheme() {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const theme = shallowRef(read())
  const changed = () => (theme.value = read())
  dark.addEventListener('change', changed)
  onScopeDispose(() => dark.removeEventListener('change', changed))
  onPaper(changed)
  return theme
}

/** Calls back before the page is printed and after, with whether it is. */
export function onPaper(turned: (paper: boolean) => void) {
  const before = () => {
    document.documentElement.classList.add('paper')
    turned(true)
  }
  const after = () => {
    document.documentElement.classList.remove('paper')
    turned(false)
  }
  window.addEventListener('beforeprint', before)
  window.addEventListener('afterprint', after)
  onScopeDispose(() => {
    window.removeEventListener('beforeprint', before)
    window.removeEventListener('afterprint', after)
  })
}

function read(): Theme {
  const style = getComputedStyle(document.documentElement)
  const variable = (name: string) => style.getPropertyValue(name).trim()
  const anomalies = Object.fromEntries(
    ['', 'own', ...ANOMALIES].map((kind) => [anomalyClass(kind), variable(`--c-${anomalyClass(kind)}`)]),
  )
  const series = Array.from({ length: SERIES }, (_, i) => variable(`--c-series-${i}`))
  return {
    ink: variable('--ink'),
    quiet: variable('--quiet'),
    hairline: variable('--hairline'),
    good: variable('--good'),
    bad: variable('--bad'),
    accent: variable('--accent'),
    card: variable('--card'),
    font: variable('--font'),
    stage: Object.fromEntries(
      ORIGINS.map((stage) => [stage, variable(`--c-${stage.toLowerCase()}`)]),
    ) as Record<Origin, string>,
    anomaly: (kind) => anomalies[anomalyClass(kind)] ?? '',
    series: (place) => series[place] ?? variable('--c-anomaly-rest'),
  }
}
