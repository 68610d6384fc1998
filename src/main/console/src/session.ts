import { ref } from 'vue'

export interface Session {
  required: boolean
  signedOn: boolean
  /** The only brand that the token opens; null for all. */
  tenant: string | null
}

const OPEN: Session = { required: false, signedOn: false, tenant: null }
// A form of another site can't set a header.
const headers = { 'X-Nudge': 'console', 'Content-Type': 'application/json' }

/** Whether somebody has to sign on, and did. */
export function useSession() {
  const session = ref<Session | null>(null)

  /** A console that does not answer yet is looked at as one that is open: it will say so when it is there. */
  async function look() {
    try {
      const answer = await fetch('/api/session')
      session.value = answer.ok ? ((await answer.json()) as Session) : (session.value ?? OPEN)
    } catch {
      session.value ??= OPEN
    }
  }

  async function enter(token: string): Promise<'in' | 'wrong' | 'away'> {
    try {
      const answer = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) })
      if (!answer.ok) return answer.status < 500 ? 'wrong' : 'away'
      session.value = (await answer.json()) as Session
      return 'in'
    } catch {
      return 'away'
    }
  }

  async function leave() {
    try {
      await fetch('/api/session', { method: 'DELETE', headers })
    } finally {
      await look()
    }
  }

  void look()
  return { session, look, enter, leave }
}
