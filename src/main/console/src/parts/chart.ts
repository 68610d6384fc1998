import type { useFormat } from '../format'
import type { Theme } from '../theme'

/** What all charts over time share: their frame, their tooltip, the look of their axes. */
export const frame = (colours: Theme) => ({
  animation: false,
  textStyle: { fontFamily: colours.font },
  grid: { left: 8, right: 14, top: 12, bottom: 4, containLabel: true },
})

export const tooltip = (colours: Theme) => ({
  trigger: 'axis' as const,
  renderMode: 'richText' as const, // an HTML tooltip would need inline styles
  confine: true,
  backgroundColor: colours.card,
  borderColor: colours.hairline,
  padding: [10, 12],
  textStyle: { color: colours.ink, fontSize: 12, lineHeight: 18, fontFamily: colours.font },
})

export const timeAxis = (colours: Theme) => ({
  axisLine: { lineStyle: { color: colours.hairline } },
  axisTick: { show: false },
})

export const countAxis = (colours: Theme, format: ReturnType<typeof useFormat>, splitNumber: number) => ({
  type: 'value' as const,
  minInterval: 1,
  splitNumber,
  axisLabel: { color: colours.quiet, formatter: (value: number) => format.compact(value) },
  splitLine: { lineStyle: { color: colours.hairline } },
})
