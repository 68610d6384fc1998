import { createApp } from 'vue'
import { i18n } from '../i18n'
import '../style.css'
import '../pages/pages.css'
import Report from './Report.vue'
import './report.css'
import { en, zh } from './words'

i18n.global.mergeLocaleMessage('en', en)
i18n.global.mergeLocaleMessage('zh', zh)
createApp(Report).use(i18n).mount('#app')
