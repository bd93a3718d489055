/** Where the console begins in the window. */
import './configure-zod.ts'
import '../ui/base.css'
import { I18nProvider } from '@lingui/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { i18n } from '../i18n/catalogue.ts'
import { applyPreferences } from '../state/preferences.ts'
import { App } from './app.tsx'

applyPreferences()
const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element.')
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <App />
    </I18nProvider>
  </StrictMode>,
)
