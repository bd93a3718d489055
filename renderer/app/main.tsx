/** Where the console begins in the window, once the texts of its language are there. */
import './configure-zod.ts'
import '../ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { LanguageRoot } from '../i18n/language-root.tsx'
import { applyLanguage } from '../state/language.ts'
import { applyPreferences } from '../state/preferences.ts'
import { App } from './app.tsx'

applyPreferences()
const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element.')
// Not awaited here: a catalogue that shares a piece with this module would wait for it in turn.
void applyLanguage().then(() =>
  createRoot(root).render(
    <StrictMode>
      <LanguageRoot>
        <App />
      </LanguageRoot>
    </StrictMode>,
  ),
)
