import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

export type Language = 'en' | 'zh'

const KEY = 'nudge.language'

/** The language chosen before, else the first of the browser's languages that the page speaks. */
function initial(): Language {
  const wishes = [remembered(), ...navigator.languages]
  for (const wish of wishes) {
    if (wish?.startsWith('zh')) return 'zh'
    if (wish?.startsWith('en')) return 'en'
  }
  return 'en'
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null // storage may be forbidden; the page works without
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: initial(),
  fallbackLocale: 'en',
  messages: { en, zh },
})

export function speak(language: Language): void {
  i18n.global.locale.value = language
  apply(language)
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Not remembered, then.
  }
}

function apply(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

apply(i18n.global.locale.value)
