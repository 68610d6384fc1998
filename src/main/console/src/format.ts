import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Numbers and times as the chosen language writes them. Times are UTC, as all event time is. */
export function useFormat() {
  const { locale } = useI18n()
  const made = computed(() => {
    const tag = locale.value === 'zh' ? 'zh-CN' : 'en-GB'
    const utc = { timeZone: 'UTC' } as const
    return {
      tag,
      integer: new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }),
      decimal: new Intl.NumberFormat(tag, { maximumFractionDigits: 2 }),
      money: new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      compact: new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 }),
      signed: new Intl.NumberFormat(tag, { maximumFractionDigits: 0, signDisplay: 'exceptZero' }),
      percent: new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 }),
      share: new Intl.NumberFormat(tag, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }),
      percent2: new Intl.NumberFormat(tag, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      decimal3: new Intl.NumberFormat(tag, { maximumFractionDigits: 3 }),
      signedPercent: new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
      signedDecimal: new Intl.NumberFormat(tag, { maximumFractionDigits: 2, signDisplay: 'exceptZero' }),
      day: new Intl.DateTimeFormat(tag, { ...utc, year: 'numeric', month: 'short', day: 'numeric' }),
      shortDay: new Intl.DateTimeFormat(tag, { ...utc, month: 'short', day: 'numeric' }),
      month: new Intl.DateTimeFormat(tag, { ...utc, year: 'numeric', month: 'short' }),
      minute: new Intl.DateTimeFormat(tag, {
        ...utc,
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
      clockTime: new Intl.DateTimeFormat(tag, { ...utc, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
      localTime: new Intl.DateTimeFormat(tag, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      }),
    }
  })

  const integer = (value: number) => made.value.integer.format(value)
  /** Two places at most; a plain decimal may have more digits than a number holds, which nobody reads here. */
  const decimal = (value: string) => made.value.decimal.format(Number(value))
  /** For columns: always two places. */
  const money = (value: string) => made.value.money.format(Number(value))
  /** An amount with its currency, such as 12,345 CNY; small ones to the hundredth. */
  const amount = (value: string | number, currency: string) => {
    const number = Number(value)
    const text = (Math.abs(number) < 1_000 ? made.value.money : made.value.integer).format(number)
    return currency === '' ? text : `${text} ${currency}`
  }
  /** A return in per cent, as the tables have it: 150 is 150%. */
  const roi = (value: number | null) => (value === null ? '–' : made.value.percent.format(value / 100))
  /** Up to six digits in full, longer ones shortened (1.2M, 123万). */
  const short = (value: number) => (Math.abs(value) < 1e6 ? integer(value) : made.value.compact.format(value))
  const compact = (value: number) => made.value.compact.format(value)
  const signed = (value: number) => made.value.signed.format(value)
  /** A share with two decimals, where small differences count. */
  const percent2 = (value: number) => made.value.percent2.format(value)
  const decimal3 = (value: number) => made.value.decimal3.format(value)
  const signedPercent = (value: number) => made.value.signedPercent.format(value)
  const signedDecimal = (value: number) => made.value.signedDecimal.format(value)
  const percent = (value: number) => made.value.percent.format(value)
  /** For columns: always one decimal. */
  const share = (value: number) => made.value.share.format(value)
  const day = (at: string | number) => made.value.day.format(new Date(at))
  const shortDay = (at: string | number) => made.value.shortDay.format(new Date(at))
  const month = (at: string | number) => made.value.month.format(new Date(at))
  const minute = (at: string | number) => made.value.minute.format(new Date(at))
  const clockTime = (at: string | number) => made.value.clockTime.format(new Date(at))
  /** Wall-clock time in the viewer's own zone. */
  const localTime = (at: number) => made.value.localTime.format(new Date(at))
  /** The greatest unit that fits, such as 3 days or 12 seconds. */
  const span = (millis: number) => {
    const [size, unit] =
      millis >= 2 * DAY ? [DAY, 'day'] : millis >= 2 * HOUR ? [HOUR, 'hour'] : millis >= 2 * MINUTE ? [MINUTE, 'minute'] : [SECOND, 'second']
    return new Intl.NumberFormat(made.value.tag, {
      style: 'unit',
      unit: unit as string,
      unitDisplay: 'long',
      maximumFractionDigits: 0,
    }).format(Math.max(0, millis) / (size as number))
  }

  return { integer, decimal, money, amount, roi, percent2, decimal3, signedPercent, signedDecimal, short, compact, signed, percent, share, day, shortDay, month, minute, clockTime, localTime, span }
}
